import { JavaError } from '../../util/java-error.ts';

export function commandFailed(text: string, cause?: JavaError): JavaError {
  return new JavaError('org.apache.kafka.tools.AdminCommandFailedException', text, cause);
}

export function operationError(text: string, cause?: JavaError): JavaError {
  return new JavaError('org.apache.kafka.tools.AdminOperationException', text, cause);
}

/** A failure told by its message alone. */
export class TerseFailure extends JavaError {
  constructor(text: string) {
    super('org.apache.kafka.server.common.AdminOperationException', text);
  }
}
