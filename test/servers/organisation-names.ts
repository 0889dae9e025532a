/** A name as people write it, and its spelling in ASCII as an administrator would type it into an account name. */
export type Spelled = readonly [written: string, ascii: string];

/** Given names of many scripts; the spelling beside each is written by hand, not computed. */
export const GIVEN: readonly Spelled[] = [
  ['Anna', 'anna'], ['Jörg', 'joerg'], ['Søren', 'soren'], ['Łukasz', 'lukasz'], ['Ayşe', 'ayse'], ['Işıl', 'isil'], ['Zoë', 'zoe'], ['François', 'francois'], ['Åsa', 'asa'], ['José María', 'jose-maria'],
  ['Anne-Marie', 'anne-marie'], ['太郎', 'taro'], ['花子', 'hanako'], ['محمد', 'mohammed'], ['فاطمة', 'fatima'], ['Иван', 'ivan'], ['Ελένη', 'eleni'], ['Siân', 'sian'], ['Nguyễn', 'nguyen'], ['Þóra', 'thora'],
  ['Béla', 'bela'], ['Đorđe', 'djordje'], ['Maria', 'maria'], ['Peter', 'peter'], ['Chloé', 'chloe'], ['Ødger', 'odger'],
];

/** Surnames likewise, with apostrophes, hyphens, particles and spaces. */
export const SURNAMES: readonly Spelled[] = [
  ['Müller', 'mueller'], ['O\'Neill', 'oneill'], ['D\'Angelo', 'dangelo'], ['Łukasiewicz', 'lukasiewicz'], ['Sørensen', 'sorensen'], ['Yıldız', 'yildiz'], ['山田', 'yamada'], ['佐藤', 'sato'], ['الحسن', 'alhassan'],
  ['von der Au', 'vonderau'], ['Smith-Jones', 'smith-jones'], ['Großmann', 'grossmann'], ['Çelik', 'celik'], ['Novák', 'novak'], ['Петров', 'petrov'], ['Παπαδόπουλος', 'papadopoulos'], ['García Márquez', 'garcia-marquez'],
  ['Ångström', 'angstrom'], ['Nguyễn', 'nguyen'], ['Brown', 'brown'], ['Œuvrard', 'oeuvrard'], ['Æbelø', 'aebelo'], ['Weiß', 'weiss'],
];

/** Countries: alpha-2 code, name, numeric code (ISO 3166-1), a city and its state. */
export const COUNTRIES: readonly (readonly [code: string, name: string, number: string, city: string, state: string])[] = [
  ['DE', 'Germany', '276', 'München', 'Bayern'], ['NO', 'Norway', '578', 'Tromsø', 'Troms'], ['PL', 'Poland', '616', 'Łódź', 'Łódzkie'], ['JP', 'Japan', '392', '東京', '東京都'], ['TR', 'Türkiye', '792', 'İzmir', 'İzmir'],
  ['AE', 'United Arab Emirates', '784', 'دبي', 'دبي'], ['US', 'United States', '840', 'St. Paul', 'MN'], ['CH', 'Switzerland', '756', 'Zürich', 'ZH'],
];

/** Departments; one has an ampersand and one a comma. */
export const DEPARTMENTS: readonly string[] = ['Sales', 'Marketing', 'IT', 'Forschung & Entwicklung', 'Finance, Controlling', 'HR', 'Legal', '営業部', 'Operations'];
