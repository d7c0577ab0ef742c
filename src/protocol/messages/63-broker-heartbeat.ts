import { arrayOf, bool, defineApi, int16, int32, int64 } from '../schema.ts';

export const brokerHeartbeat = defineApi({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: '0-2',
  flexible: '0+',
  advertised: null,
  request: {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+', { default: -1n }),
    currentMetadataOffset: int64('0+'),
    wantFence: bool('0+'),
    wantShutDown: bool('0+'),
    offlineLogDirs: arrayOf('1+', 'uuid', { tag: 0, tagged: '1+' }),
    cordonedLogDirs: arrayOf('2+', 'uuid', { nullable: '2+', tag: 1, tagged: '2+', default: null }),
  },
  response: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    isCaughtUp: bool('0+'),
    isFenced: bool('0+', { default: true }),
    shouldShutDown: bool('0+'),
  },
});
