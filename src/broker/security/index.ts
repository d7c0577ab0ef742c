// Owns: who may do what: the authorizer over the cluster's access control entries, and super users.
// In: principals and addresses of connections, operations on resources; entries as the cluster room keeps them.
// Out: yes or no, and the bit fields of what a principal may do.
export { Access, CLUSTER_NAME, type OperationName, type ResourceName, type Subject } from './access.ts';
export { type Authorizer, type AuthorizerConfig, createAuthorizer } from './standard-authorizer.ts';
