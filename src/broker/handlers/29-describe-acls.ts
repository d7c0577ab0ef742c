/** DescribeAcls v1-3: without an authorizer SECURITY_DISABLED, in Kafka's words. */
import { Errors } from '../../protocol/errors.ts';
import { describeAcls } from '../../protocol/messages/29-describe-acls.ts';
import { NO_AUTHORIZER } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

export const describeAclsHandler = defineHandler(describeAcls, () => () => ({
  errorCode: Errors.SECURITY_DISABLED,
  errorMessage: NO_AUTHORIZER,
}));
