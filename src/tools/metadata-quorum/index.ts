// Owns: what kafka-metadata-quorum does: the state of the controller quorum, its members in and out.
// In: which cluster, what to do; the properties of a controller that is to join.
// Out: states and members as values; failures in the words of Kafka's tool.
export { addController, type NewController, readController } from './add-controller.ts';
export { describeQuorum, type QuorumMember, type QuorumStatus, relativeTime, statusText, terse } from './describe.ts';
export { checkRemoval, removeController } from './remove-controller.ts';
