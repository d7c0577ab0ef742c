// Owns: what kafka-reassign-partitions does: plans of where replicas should be, their execution, state and end.
// In: an open cluster, plans as JSON texts.
// Out: events as they happen, in typed form; failures in the words of Kafka's tool.

export { readPlanFile } from '../plan-file.ts';
export { cancelAssignment, listReassignments } from './cancel.ts';
export { eventText, type ReassignEvent, type Report } from './events.ts';
export { type ExecuteOptions, executeAssignment } from './execute.ts';
export { TerseFailure } from './failures.ts';
export { generateAssignment } from './generate.ts';
export { verifyAssignment } from './verify.ts';
