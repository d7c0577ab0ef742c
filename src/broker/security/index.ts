// Owns: who somebody is (SASL, certificates) and who may do what (the authorizer over the cluster's entries, super users).
// In: bytes of SASL mechanisms, principals and addresses of connections, operations on resources.
// Out: names of users, yes or no, and the bit fields of what a principal may do.
export { Access, CLUSTER_NAME, type OperationName, type ResourceName, type Subject } from './access.ts';
export { type Authentication, createAuthentication, type SaslConfig } from './sasl/authentication.ts';
export { SaslFailure } from './sasl/exchange.ts';
export type { SaslSession } from './sasl/session.ts';
export { type Authorizer, type AuthorizerConfig, createAuthorizer } from './standard-authorizer.ts';
export { type SecureListener, secureListener } from './tls/secure-listener.ts';
