/** For now: nothing to leave out. */
export function leanOclif() {
  return { name: 'lean-oclif', setup: () => undefined };
}
