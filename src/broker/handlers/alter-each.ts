import { type ErrorName } from '../../protocol/errors.ts';
import { type ItemFailure } from '../cluster/index.ts';
import { Repetitions } from './repeated.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

interface Altered extends Resource {
  readonly error: ErrorName;
  readonly errorMessage: string | null;
}

/** Alters resources one after the other; one that stands in the request twice is refused. */
export async function alterEach<R extends Resource>(
  resources: readonly R[],
  alter: (resource: R) => Promise<ItemFailure | null>,
): Promise<Altered[]> {
  const keys = resources.map((one) => `${one.resourceType} ${one.resourceName}`);
  const repetitions = new Repetitions(keys);
  const results: Altered[] = [];
  for (const [i, resource] of resources.entries()) {
    const { resourceType, resourceName } = resource;
    const failure: ItemFailure | null = repetitions.isRepeated(keys[i] as string)
      ? { error: 'INVALID_REQUEST', text: 'Each resource must appear at most once.' }
      : await alter(resource);
    results.push({
      resourceType,
      resourceName,
      error: failure?.error ?? 'NONE',
      errorMessage: failure?.text ?? null,
    });
  }
  return results;
}
