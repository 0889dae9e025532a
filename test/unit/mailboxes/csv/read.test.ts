import { describe, expect, it } from 'vitest';
import { checkRows, readMailboxCsv, serviceCsv } from '../../../../electron/engines/mailboxes/index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const codes = (text: string | Uint8Array, name = 'people.csv', profile: 'current' | '2011' = 'current') => readMailboxCsv(typeof text === 'string' ? bytes(text) : text, name, profile).findings.map((finding) => finding.code);
const many = (n: number): string => ['EmailAddress', ...Array.from({ length: n }, (_, i) => `p${i}@example.com`)].join('\n');

describe('a list of mailboxes', () => {
  it.each([
    ['', ['empty']], ['\n\n', ['empty']], ['EmailAddress', ['header only']], ['EmailAddress;Password\na@b.com;x', ['not comma-separated', 'no EmailAddress']], ['EmailAddress\tPassword\na\tb', ['not comma-separated', 'no EmailAddress']],
    ['E-Mail,Password\na@b.com,x', ['header not allowed', 'no EmailAddress']], ['EmailAddress,emailaddress\na@b.com,b@b.com', ['header twice']], ['Password\nx', ['no EmailAddress']],
    ['EmailAddress,Password\na@b.com\nb@b.com,x,y', ['columns differ', 'columns differ']], ['EmailAddress\n"a@b.com', ['quote open']], ['EmailAddress\na@b.com\n', []], ['emailADDRESS,ForceChangePassword,Password\na@b.com,True,x\n\n', []],
  ])('%j has the findings %j', (text, expected) => { expect(codes(text)).toEqual(expected); });

  it('tells all findings of a file at once', () => {
    const { findings } = readMailboxCsv(bytes(`Mail,Password,Password\n${'x\n'.repeat(2_001)}`), 'people.xlsx', 'current');
    expect([...new Set(findings.map((finding) => finding.code))]).toEqual(['file type', 'header not allowed', 'header twice', 'no EmailAddress', 'too many rows', 'columns differ']);
    expect(findings.find((finding) => finding.code === 'header not allowed')?.message).toBe('The name of column 1 is not allowed. Did you mean EmailAddress?');
  });

  it('repeats no value of a file without a header: it may be a password', () => {
    for (const password of ['Secret123', 'Password1!', 'Gmail-2026']) {
      const { findings } = readMailboxCsv(bytes(`a@b.com,${password}\nb@b.com,${password}`), 'people.csv', 'current');
      expect(findings.map((finding) => finding.code)).toEqual(['header not allowed', 'header not allowed', 'no EmailAddress']);
      expect(JSON.stringify(findings)).not.toContain(password);
    }
  });

  it.each([['current', 2_000, []], ['current', 2_001, ['too many rows']], ['2011', 1_000, []], ['2011', 1_001, ['too many rows']]] as const)('counts rows by the profile: %s, %i rows', (profile, n, expected) => {
    expect(codes(many(n), 'people.txt', profile)).toEqual(expected);
  });

  it('reads UTF-8 and marked UTF-16, and refuses what would have to be guessed', () => {
    const text = 'EmailAddress\njürgen@example.com';
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    expect(readMailboxCsv(bytes(`\uFEFF${text}`), 'a.csv', 'current')).toMatchObject({ findings: [], rows: [{ line: 1, address: 'jürgen@example.com' }] });
    expect(readMailboxCsv(utf16, 'a.csv', 'current')).toMatchObject({ findings: [], rows: [{ address: 'jürgen@example.com' }] });
    expect(codes(Buffer.from(text, 'latin1'))).toEqual(['encoding']);
  });

  it('reads quoted values with commas and marks', () => {
    expect(readMailboxCsv(bytes('EmailAddress,Password\r\na@b.com,"p,""q"""\r\n'), 'a.csv', 'current').rows).toEqual([{ line: 1, address: 'a@b.com', password: 'p,"q"', force: undefined }]);
  });
});

describe('rows by themselves', () => {
  const row = (address: string, password: string | undefined = 'long-enough', force: string | undefined = 'False') => ({ address, password, force });
  const check = (rows: readonly ReturnType<typeof row>[], profile: 'current' | '2011' = 'current') => checkRows(rows.map((one, i) => ({ line: i + 1, ...one })), profile, new Set(['fed.example'])).map((problem) => [problem.line, problem.code]);

  it.each([
    [row(''), 'address empty'], [row('  '), 'address empty'], [row('nobody'), 'address invalid'], [row('a@b'), 'address invalid'], [row(' a@b.com'), 'spaces'], [row('a@b.com', 'long-enough '), 'spaces'], [row('a@b.com', ''), 'empty field'],
    [row('a@b.com', 'long-enough', ''), 'empty field'], [row('a@b.com', 'long-enough', 'yes'), 'force value'], [row('a@b.com', 'short'), 'password short'], [row('a@FED.example', 'long-enough', 'TRUE'), 'force with federation'],
  ])('%j is %s', (one, code) => { expect(check([one])).toEqual([[1, code]]); });

  it('does not repeat what is in the column ForceChangePassword: mixed up with another one it is a password', () => {
    const [problem] = checkRows([{ line: 1, address: 'a@b.com', password: 'True', force: 'Secret123' }], 'current', new Set());
    expect(problem).toMatchObject({ code: 'force value', message: 'ForceChangePassword of a@b.com must be True or False.' });
    expect(JSON.stringify(problem)).not.toContain('Secret123');
  });

  it('takes what is right, whatever the case, and the first of two', () => {
    expect(check([row('a@b.com', 'long-enough', 'true'), row('x@fed.example'), row('A@b.com'), row('bad'), row('bad')])).toEqual([[3, 'twice in file'], [4, 'address invalid'], [5, 'address invalid']]);
    expect(check([row('a@b.com', 'x')], '2011')).toEqual([]);
  });
});

describe('the list for the service', () => {
  it('has a column for every row or for none', () => {
    expect(new TextDecoder().decode(serviceCsv([{ address: 'a@b.com' }]))).toBe('EmailAddress\r\na@b.com\r\n');
    expect(new TextDecoder().decode(serviceCsv([{ address: 'a@b.com', secret: 'p,"q', force: true }]))).toBe('EmailAddress,Password,ForceChangePassword\r\na@b.com,"p,""q",True\r\n');
    expect(() => serviceCsv([{ address: 'a@b.com', secret: 'x' }, { address: 'b@b.com' }])).toThrow(/nothing was sent/);
  });
});
