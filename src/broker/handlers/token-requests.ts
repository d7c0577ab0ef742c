import { type RequestContext } from './handler.ts';

/** Tokens are for those who have authenticated otherwise (kafka 4.x KafkaApis.allowTokenRequests). */
export function mayAskForTokens({ connection }: RequestContext): boolean {
  return connection.principal !== 'User:ANONYMOUS';
}
