/** What a server.properties may say to this broker alone; Kafka passes over names it does not know. */
import { atLeast, between, type ConfigValues, defineConfigs, int, oneOf, string } from '../util/config-definition.ts';

const TABLE = {
  'klamm.log.level': string({
    default: null,
    documentation: 'TRACE, DEBUG, INFO, WARN or ERROR; absent: KLAMM_LOG_LEVEL, else what the command begins with.',
    validator: oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'),
  }),
  'klamm.log.format': string({
    default: 'text',
    documentation: 'text: lines as log4j prints them; json: one object per line with time, level, logger and message.',
    validator: oneOf('text', 'json'),
  }),
  'klamm.log.file': string({
    default: null,
    documentation: 'A file that gets the log and is rolled by size.',
  }),
  'klamm.log.max.bytes': int({
    default: 104857600,
    documentation: 'Size at which the file is moved to FILE.1, the one before to FILE.2 and so on.',
    validator: atLeast(1024),
  }),
  'klamm.log.backups': int({
    default: 10,
    documentation: 'How many moved files are kept.',
    validator: between(1, 1000),
  }),
  'klamm.metrics.port': int({
    default: null,
    documentation: 'Port of /metrics and /healthz over HTTP; 0 takes a free one; absent: none.',
    validator: between(0, 65535),
  }),
  'klamm.metrics.host': string({
    default: 'localhost',
    documentation: 'Address that port listens on.',
  }),
};

export const ownConfigs = defineConfigs(TABLE);
export type OwnConfig = ConfigValues<typeof TABLE>;
