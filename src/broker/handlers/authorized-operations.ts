import { AclOperation } from '../../protocol/enums.ts';

const bits = (operations: readonly (keyof typeof AclOperation)[]) =>
  operations.reduce((field, name) => field | (1 << AclOperation[name]), 0);

/** Nobody asked for them (protocol guide: authorized operations). */
export const NOT_ASKED_FOR = -0x80000000;

/** What may be done without an authorizer: all that the resource knows (kafka 4.x AclEntry.supportedOperations). */
export const ALL_OPERATIONS = {
  topic: bits(['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS']),
  group: bits(['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS']),
  cluster: bits([
    'CREATE',
    'CLUSTER_ACTION',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
    'IDEMPOTENT_WRITE',
    'ALTER',
    'DESCRIBE',
  ]),
} as const;

export const NO_AUTHORIZER = 'No Authorizer is configured.';
