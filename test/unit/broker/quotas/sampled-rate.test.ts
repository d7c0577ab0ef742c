import { SampledRate } from '../../../../src/broker/quotas/sampled-rate.ts';
import { TokenBucket } from '../../../../src/broker/quotas/token-bucket.ts';

const WINDOWS = { count: 11, lengthMs: 1000 };

// kafka Rate: at least all windows but the open one count.
describe('SampledRate', () => {
  it('spreads a first burst over the windows that are not there yet', () => {
    const rate = new SampledRate(WINDOWS, 0);
    rate.record(20_000, 0);
    expect(rate.perSecond(0)).toBe(2000);
    expect(rate.delayMs(1000, 0)).toBe(10_000);
    expect(rate.delayMs(2000, 0)).toBe(0);
  });

  it('counts the time that has passed in the open window once all others are full', () => {
    const rate = new SampledRate(WINDOWS, 0);
    for (let second = 0; second < 11; second++) rate.record(1000, second * 1000);
    expect(rate.perSecond(10_500)).toBeCloseTo(11_000 / 10.5);
    expect(rate.delayMs(1000, 10_000)).toBe(1000);
  });

  it('forgets what is older than all windows', () => {
    const rate = new SampledRate(WINDOWS, 0);
    rate.record(20_000, 0);
    expect(rate.perSecond(10_999)).toBeGreaterThan(1800);
    expect(rate.perSecond(11_000)).toBe(0);
  });

  it('takes back what was recorded', () => {
    const rate = new SampledRate(WINDOWS, 0);
    rate.record(500, 0);
    rate.record(20_000, 10);
    rate.record(-20_000, 10);
    expect(rate.perSecond(0)).toBe(50);
  });
});

// KIP-599.
describe('TokenBucket', () => {
  it('lets a burst through, then asks to wait until the debt is paid', () => {
    const bucket = new TokenBucket(11, 50_000);
    bucket.take(55, 5, 50_000);
    expect(bucket.delayMs(5, 50_000)).toBe(0);
    bucket.take(10, 5, 50_000);
    expect(bucket.delayMs(5, 50_000)).toBe(2000);
    expect(bucket.delayMs(5, 51_500)).toBe(500);
    expect(bucket.delayMs(5, 52_000)).toBe(0);
  });

  it('saves up no more than a burst', () => {
    const bucket = new TokenBucket(2, 0);
    bucket.take(0, 10, 1_000_000);
    bucket.take(30, 10, 2_000_000);
    expect(bucket.delayMs(10, 2_000_000)).toBe(1000);
  });
});
