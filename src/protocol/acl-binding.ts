/** One rule of who may do what. The numbers are those of ResourceType, PatternType, AclOperation, AclPermissionType (enums.ts). */
export interface AclBinding {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly patternType: number;
  /** "User:name", or "User:*" for everybody. */
  readonly principal: string;
  /** An address, or "*". */
  readonly host: string;
  readonly operation: number;
  readonly permissionType: number;
}

/** Null and ANY match everything; the pattern type MATCH finds what applies to a name. */
export interface AclFilter extends Omit<AclBinding, 'resourceName' | 'principal' | 'host'> {
  readonly resourceName: string | null;
  readonly principal: string | null;
  readonly host: string | null;
}
