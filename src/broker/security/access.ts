import { AclOperation, ResourceType } from '../../protocol/enums.ts';
import { type Authorizer } from './standard-authorizer.ts';

export type OperationName = Exclude<keyof typeof AclOperation, 'UNKNOWN' | 'ANY' | 'ALL'>;
export type ResourceName = 'TOPIC' | 'GROUP' | 'CLUSTER' | 'TRANSACTIONAL_ID' | 'DELEGATION_TOKEN' | 'USER';

/** Who asks. */
export interface Subject {
  /** "User:name". */
  readonly principal: string;
  /** A bare address. */
  readonly host: string;
}

/** The one name that cluster resources have. */
export const CLUSTER_NAME = 'kafka-cluster';

/** What each kind of resource knows (kafka 4.x AclEntry.supportedOperations). */
const OPERATIONS = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: ['CREATE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE', 'ALTER', 'DESCRIBE'],
} as const satisfies Record<string, readonly OperationName[]>;

/** One connection's principal before the authorizer. */
export class Access {
  private readonly authorizer: Authorizer;
  private readonly subject: Subject;

  constructor(authorizer: Authorizer, subject: Subject) {
    this.authorizer = authorizer;
    this.subject = subject;
  }

  may(operation: OperationName, resource: ResourceName, name: string): boolean {
    return this.authorizer.isAllowed(this.subject, AclOperation[operation], ResourceType[resource], name);
  }

  mayOnCluster(operation: OperationName): boolean {
    return this.may(operation, 'CLUSTER', CLUSTER_NAME);
  }

  /** Whether there is any resource of the kind where it may. */
  mayOnSome(operation: OperationName, resource: ResourceName): boolean {
    return this.authorizer.isAllowedOnSome(this.subject, AclOperation[operation], ResourceType[resource]);
  }

  /** A bit for each operation that is allowed, at the operation's number. */
  operationsOn(resource: keyof typeof OPERATIONS, name: string): number {
    const allowed = OPERATIONS[resource].filter((operation) => this.may(operation, resource, name));
    return allowed.reduce((field, operation) => field | (1 << AclOperation[operation]), 0);
  }
}
