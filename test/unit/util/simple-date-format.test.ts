import { simpleDateFormat } from '../../../src/util/simple-date-format.ts';

// Texts as java.text.SimpleDateFormat gave them for this moment, a Saturday.
const MOMENT = new Date(2026, 10, 21, 5, 34, 54, 571).getTime();

describe('simpleDateFormat', () => {
  it.each([
    ['yyyy-MM-dd HH:mm:ss:SSS', '2026-11-21 05:34:54:571'],
    ["EEE, d MMM yyyy HH:mm:ss.SSS 'x' G D F w u k K h a", 'Sat, 21 Nov 2026 05:34:54.571 x AD 325 3 47 6 5 5 5 AM'],
    ['yy EEEE MMMM', '26 Saturday November'],
    ["hh 'o''clock' ''", "05 o'clock '"],
    ['SSSSS', '00571'],
  ])('%s', (pattern, text) => {
    expect(simpleDateFormat(pattern)(MOMENT)).toBe(text);
  });

  it('counts the last days of a year to the first week of the next one', () => {
    const format = simpleDateFormat('YYYY w W');
    expect(format(new Date(2026, 11, 31, 12).getTime())).toBe('2027 1 5');
    expect(format(new Date(2026, 0, 1, 12).getTime())).toBe('2026 1 1');
  });

  it.each([
    ['qqq', "Illegal pattern character 'q'"],
    ["yyyy 'x", 'Unterminated quote'],
    ['XXXX', 'invalid ISO 8601 format: length=4'],
  ])('refuses %s as Java does', (pattern, message) => {
    expect(() => simpleDateFormat(pattern)).toThrow(
      expect.objectContaining({ className: 'java.lang.IllegalArgumentException', message }),
    );
  });
});
