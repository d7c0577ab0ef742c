import * as messages from '../../protocol/messages/index.ts';
import { type Api, type Fields } from '../../protocol/schema.ts';

export interface ClientApi {
  readonly key: number;
  readonly name: string;
  readonly first: number;
  readonly last: number;
  /** Java's clients may send it to a broker; the others go between servers. */
  readonly isForClients: boolean;
}

/** Offered to clients although a default broker does not: it takes a metrics plug-in. */
const OPTIONAL = ['GetTelemetrySubscriptions', 'PushTelemetry'];

/** Every API of the message tables. */
export function clientApis(): ClientApi[] {
  const apis = Object.values(messages).filter((one): one is never => typeof one === 'object' && 'request' in one);
  return apis.map((api: Api<Fields, Fields>) => {
    const { key, name, advertised, request } = api;
    const { first, last } = advertised ?? request.versions;
    return { key, name, first, last, isForClients: advertised !== null || OPTIONAL.includes(name) };
  });
}
