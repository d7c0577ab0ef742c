import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../protocol/enums.ts';
import { JavaError } from '../../util/java-error.ts';
import { type Logger, silentLogger } from '../../util/logger.ts';
import { type AclBinding, type ClusterMetadata, WILDCARD_RESOURCE } from '../cluster/index.ts';
import { type Subject } from './access.ts';

export interface Authorizer {
  isAllowed(subject: Subject, operation: number, resourceType: number, name: string): boolean;
  /** Whether the operation is allowed on at least one resource of the type, there or not. */
  isAllowedOnSome(subject: Subject, operation: number, resourceType: number): boolean;
}

export interface AuthorizerConfig {
  /** authorizer.class.name; empty: none. */
  readonly className: string;
  /** super.users: `User:a;User:b`. */
  readonly superUsers: string;
  /** allow.everyone.if.no.acl.found, as text. */
  readonly allowEveryoneIfNoAclIsFound: string;
}

const STANDARD_AUTHORIZER = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer';
const ANYBODY = 'User:*';
const ANY_HOST = '*';

/** What an ALLOW for one operation lets one do besides (kafka 4.x StandardAuthorizerData). */
const IMPLIED = new Map<number, readonly number[]>([
  [AclOperation.DESCRIBE, [AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER]],
  [AclOperation.DESCRIBE_CONFIGS, [AclOperation.ALTER_CONFIGS]],
]);

/** Null without authorizer.class.name. Throws JavaError for a class nobody knows and for malformed super users. */
export function createAuthorizer(
  config: AuthorizerConfig,
  cluster: ClusterMetadata,
  logger: Logger = silentLogger,
): Authorizer | null {
  const { className } = config;
  if (className === '') return null;
  if (className !== STANDARD_AUTHORIZER) throw new JavaError('java.lang.ClassNotFoundException', className);
  return new StandardAuthorizer(config, cluster, logger);
}

function parseSuperUsers(text: string): Set<string> {
  const users = text.split(';').map((one) => one.trim());
  const named = users.filter((one) => one !== '');
  const malformed = named.find((one) => !one.includes(':'));
  if (malformed === undefined) return new Set(named);
  const why = `expected a string in format principalType:principalName but got ${malformed}`;
  throw new JavaError('java.lang.IllegalArgumentException', why);
}

/** The entries of one resource type, by where they apply. */
class TypeRules {
  readonly literal = new Map<string, AclBinding[]>();
  readonly prefixed = new Map<string, AclBinding[]>();
  private readonly prefixLengths = new Set<number>();

  add(acl: AclBinding): void {
    const isPrefixed = acl.patternType === PatternType.PREFIXED;
    const rules = isPrefixed ? this.prefixed : this.literal;
    const same = rules.get(acl.resourceName);
    if (same) same.push(acl);
    else rules.set(acl.resourceName, [acl]);
    if (isPrefixed) this.prefixLengths.add(acl.resourceName.length);
  }

  /** Everything whose pattern covers the name. */
  *covering(name: string): Generator<AclBinding> {
    yield* this.literal.get(name) ?? [];
    for (const length of this.prefixLengths) {
      if (length <= name.length) yield* this.prefixed.get(name.slice(0, length)) ?? [];
    }
    if (name !== WILDCARD_RESOURCE) yield* this.literal.get(WILDCARD_RESOURCE) ?? [];
  }
}

/** Kafka's rules over the entries of the metadata log: a DENY wins, READ and the like imply DESCRIBE, no entry means no. */
class StandardAuthorizer implements Authorizer {
  private readonly cluster: ClusterMetadata;
  private readonly logger: Logger;
  private readonly superUsers: ReadonlySet<string>;
  private readonly allowsWithoutAcl: boolean;
  /** By resource type; null after entries changed. */
  private rules: Map<number, TypeRules> | null = null;

  constructor({ superUsers, allowEveryoneIfNoAclIsFound }: AuthorizerConfig, cluster: ClusterMetadata, logger: Logger) {
    this.cluster = cluster;
    this.logger = logger;
    this.superUsers = parseSuperUsers(superUsers);
    this.allowsWithoutAcl = allowEveryoneIfNoAclIsFound.trim().toLowerCase() === 'true';
    cluster.onChange(({ aclsChanged }) => {
      if (aclsChanged) this.rules = null;
    });
  }

  isAllowed(subject: Subject, operation: number, resourceType: number, name: string): boolean {
    const isAllowed = this.judge(subject, operation, resourceType, name);
    // Also asked to find out what to show, so a denial is no news as such.
    if (!isAllowed) {
      const what = `${codeName(ResourceType, resourceType)}:${name}`;
      const text = `Principal = ${subject.principal} is Denied operation = ${codeName(AclOperation, operation)}`;
      this.logger.log('DEBUG', `${text} from host = ${subject.host} on resource = ${what}`);
    }
    return isAllowed;
  }

  private judge(subject: Subject, operation: number, resourceType: number, name: string): boolean {
    if (this.superUsers.has(subject.principal)) return true;
    let isCovered = false;
    let isAllowed = false;
    for (const acl of this.rulesOf(resourceType).covering(name)) {
      isCovered = true;
      if (!concerns(acl, subject) || !speaksOf(acl, operation)) continue;
      if (acl.permissionType === AclPermissionType.DENY) return false;
      isAllowed = true;
    }
    return isCovered ? isAllowed : this.allowsWithoutAcl;
  }

  /** Source: kafka 4.x Authorizer.authorizeByResourceType. */
  isAllowedOnSome(subject: Subject, operation: number, resourceType: number): boolean {
    // As Kafka asks: a name no resource has shows who is a super user or needs no entry.
    if (this.isAllowed(subject, operation, resourceType, 'hardcode')) return true;
    const rules = this.rulesOf(resourceType);
    const isMeant = (acl: AclBinding) =>
      concerns(acl, subject) && (acl.operation === operation || acl.operation === AclOperation.ALL);
    const names = (of: ReadonlyMap<string, AclBinding[]>, permission: number) =>
      [...of].flatMap(([name, acls]) =>
        acls.some((acl) => acl.permissionType === permission && isMeant(acl)) ? [name] : [],
      );
    const { ALLOW, DENY } = AclPermissionType;
    const deniedNames = new Set(names(rules.literal, DENY));
    if (deniedNames.has(WILDCARD_RESOURCE)) return false;
    const allowedNames = names(rules.literal, ALLOW);
    if (allowedNames.includes(WILDCARD_RESOURCE)) return true;
    const deniedPrefixes = names(rules.prefixed, DENY);
    const isOpen = (name: string) => !deniedPrefixes.some((prefix) => name.startsWith(prefix));
    return (
      allowedNames.some((name) => !deniedNames.has(name) && isOpen(name)) || names(rules.prefixed, ALLOW).some(isOpen)
    );
  }

  private rulesOf(resourceType: number): TypeRules {
    if (this.rules === null) {
      this.rules = new Map(Object.values(ResourceType).map((type) => [type, new TypeRules()]));
      for (const acl of this.cluster.acls) this.rules.get(acl.resourceType)?.add(acl);
    }
    return this.rules.get(resourceType) as TypeRules;
  }
}

function codeName(table: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(table).find((name) => table[name] === code) ?? `${code}`;
}

function concerns({ principal, host }: AclBinding, subject: Subject): boolean {
  return (principal === subject.principal || principal === ANYBODY) && (host === subject.host || host === ANY_HOST);
}

function speaksOf(acl: AclBinding, operation: number): boolean {
  if (acl.operation === operation || acl.operation === AclOperation.ALL) return true;
  const isAllow = acl.permissionType === AclPermissionType.ALLOW;
  return isAllow && IMPLIED.get(operation)?.includes(acl.operation) === true;
}
