/**
 * Types of arguments and results. `each`: text, and the function is applied to every value of a list; `list`: any number of
 * values; `condition`: True or False; `pattern`: a regular expression; `lazy`: evaluated only when needed; `variable`: `$name`;
 * `choice`: one of {@link Parameter}.choices.
 */
export type ParameterType = 'any' | 'text' | 'each' | 'integer' | 'condition' | 'date' | 'binary' | 'list' | 'pattern' | 'lazy' | 'variable' | 'choice';
/** Type of a result as far as it is known beforehand. */
export type ResultType = 'any' | 'text' | 'integer' | 'boolean' | 'date' | 'binary' | 'list';

/** One parameter of a function. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly optional: boolean;
  /** The last parameters marked so may be given again and again, together. */
  readonly repeats: boolean;
  readonly choices: readonly string[];
}

/** A function as completion, inline documentation and the checks see it. */
export interface FunctionInfo {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly result: ResultType;
  /** E.g. `Left(text, count)`; what may be left out stands in brackets, what repeats before dots. */
  readonly signature: string;
  readonly description: string;
  /** An expression over {@link EXAMPLE_OBJECT} and its result as `showValue` writes it. */
  readonly example: { readonly expression: string; readonly result: string };
}

/** The object that examples read: attribute to values. */
export const EXAMPLE_OBJECT: Readonly<Record<string, readonly string[]>> = {
  givenName: ['Zoë'], sn: ['Smith'], mail: ['zoe.smith@contoso.com'], userAccountControl: ['514'], department: ['Sales'], l: ['Rome'],
  distinguishedName: ['CN=Zoë Smith,OU=Atlanta,OU=US,DC=contoso,DC=com'], otherTelephone: ['12-34', '56-78'],
  proxyAddresses: ['smtp:zs@contoso.com', 'SMTP:zoe.smith@contoso.com', 'smtp:zs@contoso.com'], pwdLastSet: ['132772253564048004'],
};

const TYPES: readonly string[] = ['any', 'text', 'each', 'integer', 'condition', 'date', 'binary', 'list', 'pattern', 'lazy', 'variable'] satisfies ParameterType[];
const isType = (text: string): text is ParameterType => TYPES.includes(text);

/** `name:type`, `name?:type`, `...name:type`; a type with bars lists choices. */
function parameters(text: string): readonly Parameter[] {
  if (text === '') return [];
  const all = text.split(', ').map((part) => {
    const [name = '', type = ''] = part.split(':');
    const isChoice = !isType(type);
    return { name: name.replace(/^\.\.\.|\?$/g, ''), type: isType(type) ? type : 'choice' as const, optional: name.endsWith('?'), repeats: name.startsWith('...'), choices: isChoice ? type.split('|') : [] };
  });
  return all;
}

function define(name: string, given: string, result: ResultType, description: string, expression: string, shown: string): FunctionInfo {
  const list = parameters(given);
  const words = list.map((each) => (each.optional ? `[${each.name}]` : each.name));
  return { name, parameters: list, result, signature: `${name}(${words.join(', ')}${list.at(-1)?.repeats === true ? ', ...' : ''})`, description, example: { expression, result: shown } };
}

/**
 * All functions, by name. Meaning: Entra provisioning, "Reference for writing expressions for attribute mappings"; Entra Cloud
 * Sync, "expressions and function reference"; Entra Connect Sync, "Functions Reference". Names are case-sensitive.
 */
export const FUNCTIONS: readonly FunctionInfo[] = [
  define('Append', 'source:each, suffix:text', 'text', 'Adds a suffix to the end of a text.', 'Append([sn], ".test")', 'Smith.test'),
  define('BitAnd', 'value1:integer, value2:integer', 'integer', 'Keeps the bits that are set in both numbers.', 'BitAnd(&HF, &HF7)', '7'),
  define('BitOr', 'value1:integer, value2:integer', 'integer', 'Sets the bits that are set in either number.', 'BitOr(8, 3)', '11'),
  define('CBool', 'expression:any', 'boolean', 'True for a condition that holds and for every number but 0.', 'CBool(BitAnd([userAccountControl], 2))', 'True'),
  define('CDate', 'value:date', 'date', 'The moment, in UTC, that a text stands for.', 'CDate("2009-06-15T01:45:30-07:00")', '6/15/2009 8:45:30 AM'),
  define('CGuid', 'guid:text', 'binary', 'The 16 bytes of a GUID.', 'ConvertToBase64(CGuid("12345678-1234-1234-1234-1234567890ab"))', 'eFY0EjQSNBISNBI0VniQqw=='),
  define('CNum', 'value:integer', 'integer', 'The number that a decimal text stands for.', 'CNum("42")', '42'),
  define('CRef', 'value:text', 'text', 'Takes a text as a distinguished name; an error if it is none.', 'CRef("CN=Joe,DC=contoso,DC=com")', 'CN=Joe,DC=contoso,DC=com'),
  define('CStr', 'value:any', 'text', 'The text of a number, a date, or True and False.', 'CStr(1 = 1)', 'True'),
  define('Coalesce', '...source:lazy', 'any', 'The first argument that is not NULL.', 'Coalesce([title], [department])', 'Sales'),
  define('Contains', 'attribute:list, search:text, case?:CaseSensitive|CaseInsensitive', 'integer', 'Position of the first value that contains a text; 0 if none does.', 'Contains([proxyAddresses], "SMTP:")', '2'),
  define('ConvertFromBase64', 'source:text, encoding?:Unicode|ASCII|UTF8', 'text', 'The text that Base64 stands for, UTF-16 unless another encoding is named.', 'ConvertFromBase64("SGVsbG8gd29ybGQh", UTF8)', 'Hello world!'),
  define('ConvertFromUTF8Hex', 'source:text', 'text', 'The text that hexadecimal UTF-8 stands for.', 'ConvertFromUTF8Hex("48656C6C6F")', 'Hello'),
  define('ConvertToBase64', 'source:any', 'text', 'Base64 of binary, or of a text in UTF-16.', 'ConvertToBase64("Hello world!")', 'SABlAGwAbABvACAAdwBvAHIAbABkACEA'),
  define('ConvertToUTF8Hex', 'source:each', 'text', 'Hexadecimal digits of a text in UTF-8.', 'ConvertToUTF8Hex("Hello")', '48656C6C6F'),
  define('Count', 'attribute:list', 'integer', 'Number of values; 0 for NULL.', 'Count([proxyAddresses])', '3'),
  define('DNComponent', 'dn:text, number:integer', 'text', 'Value of a part of a distinguished name, counted from the left.', 'DNComponent(CRef([distinguishedName]), 1)', 'Zoë Smith'),
  define('DNComponentRev', 'dn:text, number:integer, option?:DC', 'text', 'Value of a part of a distinguished name, counted from the right; with "DC" without the domain parts.', 'DNComponentRev([distinguishedName], 1, "DC")', 'US'),
  define('DateAdd', 'interval:yyyy|q|m|y|d|w|ww|h|n|s, value:integer, date:date', 'date', 'A date with intervals added; a negative number goes back.', 'DateAdd("m", 3, CDate("2001-01-01"))', '4/1/2001 12:00:00 AM'),
  define('DateDiff', 'interval:yyyy|q|m|y|d|w|ww|h|n|s, date1:date, date2:date', 'integer', 'Number of intervals from the first date to the second.', 'DateDiff("h", "2021-08-24", "2021-08-25")', '24'),
  define('DateFromNum', 'value:integer', 'date', 'The date in an Active Directory time number; NULL for "never".', 'DateFromNum(129699324000000000)', '1/1/2012 11:00:00 PM'),
  define('Error', 'message:text', 'any', 'Stops with a message: the object is not written.', 'IIF(IsPresent([mail]), "ok", Error("mail is required"))', 'ok'),
  define('EscapeDNComponent', 'value:each', 'text', 'One part of a distinguished name with its special characters escaped.', 'EscapeDNComponent("Smith, Ann")', 'Smith\\, Ann'),
  define('FormatDateTime', 'source:any, styles?:any, inputFormat?:text, outputFormat?:text', 'text', 'Writes a date in another format: (date, format), (text, input format, output format), or with date styles second.', 'FormatDateTime(DateFromNum([pwdLastSet]), "yyyyMMddHHmmss.0Z")', '20210927140916.0Z'),
  define('Guid', '', 'text', 'A new random GUID.', 'Len(Guid())', '36'),
  define('IIF', 'condition:lazy, ifTrue:lazy, ifFalse:lazy', 'any', 'One of two values, depending on a condition; NULL does not hold.', 'IIF(BitAnd([userAccountControl], 2) = 0, "on", "off")', 'off'),
  define('IgnoreFlowIfNullOrEmpty', 'expression:any', 'any', 'The value, or nothing is written when there is none.', 'IgnoreFlowIfNullOrEmpty([department])', 'Sales'),
  define('ImportedValue', 'attribute:text', 'any', 'The attribute of that name, as Entra Connect writes it; the same as [attribute].', 'ImportedValue("sn")', 'Smith'),
  define('InStr', 'text:text, search:text, start?:integer, compare?:vbBinaryCompare|vbTextCompare', 'integer', 'Position of the first place where a text occurs in another; 0 if nowhere.', 'InStr("The quick brown fox", "quick")', '5'),
  define('InStrRev', 'text:text, search:text, start?:integer, compare?:vbBinaryCompare|vbTextCompare', 'integer', 'Position of the last place where a text occurs in another; 0 if nowhere.', 'InStrRev("abbcdbbbef", "bb")', '7'),
  define('IsBitSet', 'value:integer, flag:integer', 'boolean', 'True if a bit is set in a number.', 'IsBitSet(&HF, 4)', 'True'),
  define('IsDate', 'expression:any', 'boolean', 'True if CDate can read the value.', 'IsDate("12/25/2007")', 'True'),
  define('IsEmpty', 'expression:any', 'boolean', 'True if the value is there and is an empty text.', 'IsEmpty("")', 'True'),
  define('IsGuid', 'guid:any', 'boolean', 'True if CGuid can read the text.', 'IsGuid("12345678-1234-1234-1234-1234567890ab")', 'True'),
  define('IsNull', 'expression:any', 'boolean', 'True if there is no value.', 'IsNull([title])', 'True'),
  define('IsNullOrEmpty', 'expression:any', 'boolean', 'True if there is no value or an empty text.', 'IsNullOrEmpty([department])', 'False'),
  define('IsNumeric', 'expression:any', 'boolean', 'True if CNum can read the value.', 'IsNumeric("12a")', 'False'),
  define('IsPresent', 'expression:any', 'boolean', 'True if there is a value that is not an empty text.', 'IsPresent([department])', 'True'),
  define('IsString', 'expression:any', 'boolean', 'True if the value is a text or can become one.', 'IsString([department])', 'True'),
  define('Item', 'attribute:list, index:integer', 'any', 'One of several values, counted from 1; an error if there is none at that position.', 'Item([proxyAddresses], 1)', 'smtp:zs@contoso.com'),
  define('ItemOrNull', 'attribute:list, index:integer', 'any', 'One of several values, counted from 1; NULL if there is none at that position.', 'ItemOrNull([proxyAddresses], 9)', 'NULL'),
  define('Join', 'separator:text, ...source:list', 'text', 'All values in one text, with a separator between them; empty ones are left out.', 'Join(", ", [sn], [givenName])', 'Smith, Zoë'),
  define('LCase', 'value:each', 'text', 'The text in lower case.', 'LCase("TeSt")', 'test'),
  define('LTrim', 'value:each', 'text', 'The text without white space at its beginning.', 'Append(LTrim("  Test "), "|")', 'Test |'),
  define('Left', 'text:each, count:integer', 'text', 'The first characters of a text.', 'Left("John Doe", 3)', 'Joh'),
  define('Len', 'value:text', 'integer', 'Number of characters of a text.', 'Len("John Doe")', '8'),
  define('Mid', 'source:each, start:integer, length?:integer', 'text', 'Characters from a position on, counted from 1.', 'Mid("John Doe", 3, 5)', 'hn Do'),
  define('NormalizeDiacritics', 'source:each', 'text', 'The text with accented letters replaced by plain ones, by a fixed table.', 'NormalizeDiacritics([givenName])', 'Zoe'),
  define('Not', 'source:any', 'boolean', 'False for True, True for everything else.', 'Not("True")', 'False'),
  define('Now', '', 'date', 'The present moment in UTC.', 'Now()', '7/2/2021 3:33:38 PM'),
  define('NumFromDate', 'value:date', 'integer', 'A date as an Active Directory time number.', 'NumFromDate(CDate("2012-01-01 23:00:00"))', '129699324000000000'),
  define('PCase', 'source:each, wordSeparators?:text', 'text', 'Each word with its first letter in upper case, the rest in lower case.', 'PCase("PINTO-DE\'SILVA", " \'-")', 'Pinto-De\'Silva'),
  define('PadLeft', 'text:each, length:integer, character:text', 'text', 'The text filled up at its beginning to a length.', 'PadLeft("User", 10, "0")', '000000User'),
  define('PadRight', 'text:each, length:integer, character:text', 'text', 'The text filled up at its end to a length.', 'PadRight("User", 10, "0")', 'User000000'),
  define('RTrim', 'value:each', 'text', 'The text without white space at its end.', 'Append(RTrim(" Test "), "|")', ' Test|'),
  define('RandomNum', 'from:integer, to:integer', 'integer', 'A random number between two numbers, both included.', 'RandomNum(5, 5)', '5'),
  define('RandomString', 'length:integer, digits:integer, special:integer, upper:integer, lower:integer, avoid?:text', 'text', 'A random text of a length, with at least so many characters of each kind.', 'Len(RandomString(12, 2, 2, 2, 2, "?,"))', '12'),
  define('Redact', 'value:any', 'any', 'The value, kept out of logs and reports.', 'Redact([sn])', 'Smith'),
  define('RemoveDuplicates', 'attribute:list', 'list', 'The values, each once; upper and lower case differ.', 'RemoveDuplicates([proxyAddresses])', 'smtp:zs@contoso.com; SMTP:zoe.smith@contoso.com'),
  define('Replace', 'source:each, oldValue?:text, regexPattern?:pattern, regexGroupName?:text, replacementValue?:text, replacementAttribute?:any, template?:text', 'text', 'Replaces a text or what a regular expression finds; or Replace(text, old, new).', 'Replace([mail], "@contoso.com", , , "", , )', 'zoe.smith'),
  define('ReplaceChars', 'text:each, pairs:text', 'text', 'Replaces single characters by a list such as "ö:oe,ß:ss".', 'ReplaceChars("Räksmörgås", "å:a,ä:a,ö:o")', 'Raksmorgas'),
  define('Right', 'text:each, count:integer', 'text', 'The last characters of a text.', 'Right("John Doe", 3)', 'Doe'),
  define('Select', 'variable:variable, attribute:list, expression:lazy', 'list', 'Every value turned into another by an expression over a variable.', 'Select($item, [otherTelephone], Replace($item, "-", ""))', '1234; 5678'),
  define('SelectUniqueValue', 'candidate:each, ...more:each', 'list', 'Values in order of preference; the first that nobody in the target has is written, on creation only.', 'SelectUniqueValue([sn], Append([sn], "2"))', 'Smith; Smith2'),
  define('Split', 'source:text, delimiter:text, limit?:integer', 'list', 'Cuts a text at a delimiter into several values.', 'Split("a,b", ",")', 'a; b'),
  define('StringFromGuid', 'guid:binary', 'text', 'The dashed text of the 16 bytes of a GUID.', 'StringFromGuid(CGuid("{12345678-1234-1234-1234-1234567890AB}"))', '12345678-1234-1234-1234-1234567890ab'),
  define('StringFromSid', 'sid:binary', 'text', 'The text (S-1-5-...) of the bytes of a security identifier.', 'IIF(IsPresent([objectSid]), StringFromSid([objectSid]), "none")', 'none'),
  define('StripSpaces', 'source:each', 'text', 'The text without spaces.', 'StripSpaces("Van der Berg")', 'VanderBerg'),
  define('Switch', 'source:lazy, default?:lazy, ...key:lazy, ...value:lazy', 'any', 'The value whose key equals the source, else the default; or pairs of condition and value.', 'Switch([l], "English", "Rome", "Italian")', 'Italian'),
  define('ToLower', 'source:each, culture?:text', 'text', 'The text in lower case, by the rules of a language if one is named.', 'ToLower("TeSt")', 'test'),
  define('ToUpper', 'source:each, culture?:text', 'text', 'The text in upper case, by the rules of a language if one is named.', 'ToUpper("i", "tr-TR")', 'İ'),
  define('Trim', 'value:each', 'text', 'The text, or each value, without white space around it.', 'Append(Trim("  Test "), "|")', 'Test|'),
  define('UCase', 'value:each', 'text', 'The text in upper case.', 'UCase("TeSt")', 'TEST'),
  define('Where', 'variable:variable, attribute:list, condition:lazy', 'list', 'The values for which a condition over a variable holds.', 'Where($item, [proxyAddresses], InStr($item, "SMTP:") = 1)', 'SMTP:zoe.smith@contoso.com'),
  define('With', 'variable:variable, value:any, expression:lazy', 'any', 'Gives a value a name that an expression then uses.', 'With($name, Trim([sn]), $name & "." & $name)', 'Smith.Smith'),
  define('Word', 'text:each, number:integer, delimiters:text', 'text', 'One word of a text, counted from 1; every delimiter character separates.', 'Word("This,string!has&many separators", 3, ",!&#")', 'has'),
];

/** Functions that give an empty text for NULL, as their references say; all others give NULL when a needed value is NULL. */
export const EMPTY_FOR_NULL: ReadonlySet<string> = new Set(['Left', 'Right', 'Mid', 'Word', 'PadLeft', 'PadRight']);
/** Functions whose result differs from call to call. */
export const NOT_REPEATABLE: ReadonlySet<string> = new Set(['Now', 'Guid', 'RandomNum', 'RandomString']);

const BY_NAME: ReadonlyMap<string, FunctionInfo> = new Map(FUNCTIONS.map((each) => [each.name, each]));
/** A function by its exact name; undefined when there is none. */
export function functionNamed(name: string): FunctionInfo | undefined {
  return BY_NAME.get(name);
}

/** The parameter that an argument (counted from 0) fills, repeating ones included; undefined when there are too many. */
export function parameterAt(info: FunctionInfo, index: number): Parameter | undefined {
  const direct = info.parameters[index];
  const repeating = info.parameters.filter((each) => each.repeats);
  return direct ?? repeating[(index - info.parameters.length) % Math.max(1, repeating.length)];
}
