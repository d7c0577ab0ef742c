// Owns: how fast clients and addresses may go: rates over sampled windows, which quota holds for whom, how long to wait.
// In: the quotas of the metadata, the clock; what clients produced, fetched, used, changed, and connections that came.
// Out: delays in milliseconds; KafkaError THROTTLING_QUOTA_EXCEEDED for changes that must wait.
export { ConnectionRates } from './connection-rates.ts';
export { createQuotas, type MutationQuota, noQuotas, type QuotaClient, type Quotas } from './quotas.ts';
