import { type Handler, handlers } from '../../../../src/broker/handlers/index.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { streamsGroupHeartbeat } from '../../../../src/protocol/messages/88-streams-group-heartbeat.ts';
import { streamsGroupDescribe } from '../../../../src/protocol/messages/89-streams-group-describe.ts';

/** Runs the handler that is registered for an API key, which asks no room anything. */
function answerOf(key: number, request: object): unknown {
  const found = handlers.find(({ api }) => api.key === key) as Handler;
  return found.bind({} as never)(request as never, {} as never);
}

// As Apache Kafka 4.3.1 answers that was formatted with --feature streams.version=0.
describe('streams groups (KIP-1071)', () => {
  it('are refused to members without a text', () => {
    const answer = answerOf(streamsGroupHeartbeat.key, { groupId: 's', memberId: 'm', memberEpoch: 0 });
    expect(answer).toEqual({ errorCode: Errors.UNSUPPORTED_VERSION });
  });

  it('are refused to whoever describes them, one by one', () => {
    expect(answerOf(streamsGroupDescribe.key, { groupIds: ['s', ''] })).toEqual({
      groups: [
        { errorCode: 35, groupId: 's', authorizedOperations: -2147483648 },
        { errorCode: 35, groupId: '', authorizedOperations: -2147483648 },
      ],
    });
    expect(answerOf(streamsGroupDescribe.key, { groupIds: [] })).toEqual({ groups: [] });
  });
});
