import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';

/**
 * The checks that Kafka's tools share, with their sentences. Each throws UsageError (the list of options follows).
 * Source: org.apache.kafka.server.util.CommandLineUtils.
 */
interface AnyOptions<N extends string> {
  has(name: N): boolean;
}

const bracketed = (names: readonly string[]): string => `[${names.map((name) => `[${name}]`).join(', ')}]`;

/** `name` must not stand beside any of `others`. */
export function refuseTogether<N extends string>(options: AnyOptions<N>, name: N, ...others: readonly N[]): void {
  if (!options.has(name)) return;
  for (const other of others) {
    if (options.has(other)) throw new UsageError(`Option "[${name}]" can't be used with option "[${other}]"`);
  }
}

/** All of `names` together exclude each of `others`; `explanation` is added in brackets' place as given. */
export function refuseCombination<N extends string>(
  options: AnyOptions<N>,
  names: readonly N[],
  others: readonly N[],
  explanation = '',
): void {
  if (!names.every((name) => options.has(name))) return;
  for (const other of others) {
    if (options.has(other)) {
      throw new UsageError(
        `Option combination "${bracketed(names)}" can't be used with option "[${other}]"${explanation}`,
      );
    }
  }
}

const HOST_PORT = /^(?:[0-9a-zA-Z\-%._]*:\/\/)?\[?[0-9a-zA-Z\-%._:]*\]?:[0-9]+$/;

/** A list of addresses, checked before anything else by the tools that do. Source: ToolsUtils.validateBootstrapServer. */
export function checkBootstrapServers(bootstrapServers: string): void {
  if (bootstrapServers === '') throw new UsageError('Error while validating the bootstrap address\n');
  const addresses = bootstrapServers
    .split(',')
    .filter((one, at, all) => one !== '' || all.slice(at).some((rest) => rest !== ''));
  if (addresses.length === 0 || !addresses.every((one) => HOST_PORT.test(one))) {
    throw new UsageError('Please provide valid host:port like host1:9091,host2:9092\n');
  }
}

/** Options that exist only beside one of others. Throws JavaError. Source: joptsimple.OptionParser.ensureAllowedOptions. */
export function refuseUnavailable<N extends string>(
  options: AnyOptions<N>,
  needs: Readonly<Partial<Record<N, readonly N[]>>>,
): void {
  const entries = Object.entries(needs) as [N, readonly N[]][];
  const stray = entries.flatMap(([name, others]) =>
    options.has(name) && !others.some((other) => options.has(other)) ? [name] : [],
  );
  if (stray.length === 0) return;
  const text = `Option(s) [${stray.toSorted().join(', ')}] are unavailable given other options on the command line`;
  throw new JavaError('joptsimple.UnavailableOptionException', text);
}
