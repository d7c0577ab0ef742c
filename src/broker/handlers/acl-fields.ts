/** What no client may send: every enumeration of the ACL requests has 0 for "unknown" (kafka 4.x CreateAclsRequest). */
export function hasUnknown(...codes: readonly number[]): boolean {
  return codes.includes(0);
}
