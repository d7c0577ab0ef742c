import { WakeUp } from '../../../../src/client/consumer/wake-up.ts';
import { ManualClock } from '../../../../src/util/clock.ts';

describe('waking a waiter', () => {
  it('remembers a call that came before the wait', async () => {
    const wakeUp = new WakeUp(new ManualClock());
    wakeUp.raise();
    await wakeUp.wait(1000);
  });

  it('ends the wait by a call or by time, whichever comes first', async () => {
    const clock = new ManualClock();
    const wakeUp = new WakeUp(clock);
    const ended: string[] = [];
    const first = wakeUp.wait(1000).then(() => ended.push('raised'));
    wakeUp.raise();
    await first;
    const second = wakeUp.wait(1000).then(() => ended.push('time'));
    await clock.advance(999);
    expect(ended).toEqual(['raised']);
    await clock.advance(1);
    await second;
    expect(ended).toEqual(['raised', 'time']);
  });
});
