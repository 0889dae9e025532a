import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillIn, fillInSubject, readTemplate } from '../../../electron/engines/notifications/index.ts';
import { PASSWORD_TEMPLATES, PLACEHOLDERS, TEMPLATE_NAMES } from '../../../shared/domain/notifications.ts';

const GOOD = 'Subject: Hello {DisplayName}\n\nYour name is {UserPrincipalName}.\n';
const shipped = path.resolve(import.meta.dirname, '../../../resources/notifications');

describe('a template', () => {
  it('has a subject, an empty line and a text', () => {
    expect(readTemplate(GOOD)).toEqual({ disabled: false, problems: [], asksForPassword: false, subject: 'Hello {DisplayName}', body: 'Your name is {UserPrincipalName}.\n' });
    // As editors of Windows keep it.
    expect(readTemplate(`\uFEFF${GOOD.replaceAll('\n', '\r\n')}`)).toEqual(readTemplate(GOOD));
  });

  it.each([['nothing', ''], ['blanks and line ends', ' \r\n\t\r\n'], ['a byte order mark alone', '\uFEFF']])('that holds %s switches the message off', (_, text) => {
    expect(readTemplate(text)).toMatchObject({ disabled: true, problems: [] });
  });

  it.each([
    ['Hello\n\nText\n', 1, 1, 'The first line must be "Subject: ..."'],
    ['Subject:  \n\nText\n', 1, 11, 'The subject is empty'],
    [`Subject: ${'x'.repeat(201)}\n\nText\n`, 1, 200, '201 characters'],
    ['Subject: a\nText\n', 2, 1, 'An empty line must follow'],
    ['Subject: a\n', 2, 1, 'no text after the subject'],
    ['Subject: a\n\nDear {Name},\n', 3, 6, 'There is no placeholder {Name}'],
    ['Subject: a\n\nDear {display name},\n', 3, 6, '{DisplayName} is meant'],
    ['Subject: {Password}\n\nText\n', 1, 10, 'must not stand in the subject'],
    ['Subject: a\n\nfine\n  {Password\n', 4, 3, 'The brace is not closed'],
    ['Subject: a\n\n100} per cent\n', 3, 4, 'A closing brace stands alone'],
  ])('%j is refused at line %i, column %i', (text, line, column, message) => {
    const [problem, ...more] = readTemplate(text).problems;
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ line, column });
    expect(problem?.message).toContain(message);
  });

  it('tells of all its problems at once', () => {
    expect(readTemplate('Subject: {Password} {x}\nno gap {y}\n{').problems.map((one) => [one.line, one.column])).toEqual([[1, 10], [1, 21], [2, 1], [2, 8], [3, 1]]);
  });

  it('is filled in once: what a value holds is not read again', () => {
    expect(fillIn('{DisplayName} {{DisplayName}} {Password}', { DisplayName: '{Password}', Password: 'p}{w' })).toBe('{Password} {DisplayName} p}{w');
    expect(fillIn('{Support}|', {})).toBe('|');
  });

  it('has a subject of one line, whatever the values hold', () => {
    expect(fillInSubject('For {DisplayName}', { DisplayName: 'Ann\r\nBcc: all@example.com' })).toBe('For Ann Bcc: all@example.com');
  });

  it('gives back any text without braces, and any value, as they are', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, value) => {
      const plain = text.replaceAll(/[{}\n]/g, '');
      expect(fillIn(`${plain}{Support}${plain}`, { Support: value })).toBe(`${plain}${value}${plain}`);
    }), { numRuns: 200 });
  });
});

describe('the messages that come with the program', () => {
  it('are one for each name, sound, and ask for a password exactly where one is told', () => {
    expect(readdirSync(shipped).filter((name) => name !== 'README.md').toSorted()).toEqual(TEMPLATE_NAMES.map((name) => `${name}.default.txt`).toSorted());
    for (const name of TEMPLATE_NAMES) {
      const template = readTemplate(readFileSync(path.join(shipped, `${name}.default.txt`), 'utf8'));
      expect([name, template.problems, template.disabled, template.asksForPassword]).toEqual([name, [], false, PASSWORD_TEMPLATES.some((one) => one === name)]);
      const values = Object.fromEntries(Object.keys(PLACEHOLDERS).map((one) => [one, `<${one}>`]));
      expect(fillIn(template.body, values)).not.toMatch(/[{}]/);
      // The new name and the one before are told whenever the name changes.
      if (name.startsWith('ChangeUPN')) expect(fillIn(template.body, values)).toMatch(/<PreviousUserPrincipalName>[^]*<UserPrincipalName>/);
    }
  });
});
