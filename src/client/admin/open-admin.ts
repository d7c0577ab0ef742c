import { type Clock } from '../../util/clock.ts';
import { ConfigError } from '../../util/config-definition.ts';
import { JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { Cluster } from '../cluster.ts';
import { adminConfigs } from '../configs/admin.ts';
import { ClosedError } from '../errors.ts';

export interface AdminOptions {
  readonly bootstrapServers?: string | undefined;
  /** Speak to the controllers themselves instead (KIP-919). */
  readonly bootstrapControllers?: string | undefined;
  /** Further settings, as in a file for --command-config. */
  readonly properties?: ReadonlyMap<string, string> | undefined;
  readonly connectPatienceMs?: number | undefined;
}

export interface AdminPorts {
  readonly logger: NamedLogger;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const KAFKA_EXCEPTION = 'org.apache.kafka.common.KafkaException';

/**
 * A cluster for admin calls. Throws ConfigError for a value that is wrong by itself, and JavaError (KafkaException "Failed to
 * create new KafkaAdminClient" with its cause) for everything found later, as Java does.
 */
export async function openAdmin(options: AdminOptions, ports: AdminPorts): Promise<Cluster> {
  const given = new Map(options.properties);
  if (options.bootstrapServers !== undefined) given.set('bootstrap.servers', options.bootstrapServers);
  if (options.bootstrapControllers !== undefined) {
    given.delete('bootstrap.servers');
    given.set('bootstrap.controllers', options.bootstrapControllers);
  }
  const config = adminConfigs.parse(given);
  try {
    checkBootstrap(config.get('bootstrap.servers'), config.get('bootstrap.controllers'));
    checkTimeouts(
      config.get('default.api.timeout.ms'),
      config.get('request.timeout.ms'),
      config.isSet('default.api.timeout.ms'),
    );
    const { connectPatienceMs } = options;
    return await Cluster.open({ config, clientId: 'adminclient-1', kind: 'admin', connectPatienceMs, ...ports });
  } catch (error) {
    if (error instanceof ClosedError) throw error;
    const cause = error instanceof ConfigError ? new JavaError(error.exceptionClass, error.message) : error;
    throw new JavaError(KAFKA_EXCEPTION, 'Failed to create new KafkaAdminClient', cause);
  }
}

function checkBootstrap(servers: readonly string[], controllers: readonly string[]): void {
  if (servers.length === 0 && controllers.length === 0) {
    throw new ConfigError('You must set either bootstrap.servers or bootstrap.controllers');
  }
  if (servers.length > 0 && controllers.length > 0) {
    throw new ConfigError('You cannot set both bootstrap.servers and bootstrap.controllers');
  }
}

function checkTimeouts(apiTimeoutMs: number, requestTimeoutMs: number, isApiTimeoutSet: boolean): void {
  if (apiTimeoutMs < requestTimeoutMs && isApiTimeoutSet) {
    throw new ConfigError(
      'The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.',
    );
  }
}
