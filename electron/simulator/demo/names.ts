/** A name as it is written, and in the letters an address can hold. */
export interface DemoName { readonly written: string; readonly ascii: string }

/** A country of the demo organisation with the names its people have. */
export interface DemoCountry {
  readonly name: string;
  /** ISO 3166-1 alpha-2 and numeric. */
  readonly code: string;
  readonly numeric: string;
  readonly city: string;
  readonly state: string;
  readonly street: string;
  readonly postalCode: string;
  /** International dialling prefix. */
  readonly dial: string;
  readonly language: string;
  readonly given: readonly DemoName[];
  readonly family: readonly DemoName[];
}

/** `Jürgen=Juergen Anna` to names; a word without `=` is its own transliteration. `_` stands for a blank. */
function names(text: string): readonly DemoName[] {
  return text.split(' ').map((word) => {
    const [written = '', ascii = written] = word.split('=');
    return { written: written.replaceAll('_', ' '), ascii: ascii.replaceAll(/[^A-Za-z]/g, '') };
  });
}

/** The demo organisation's countries. All people made from these names are invented. */
export const COUNTRIES: readonly DemoCountry[] = [
  {
    name: 'Germany', code: 'DE', numeric: '276', city: 'Köln', state: 'Nordrhein-Westfalen', street: 'Hafenstraße', postalCode: '50667', dial: '49', language: 'de-DE',
    given: names('Jürgen=Juergen Anna Götz=Goetz Käthe=Kaethe Björn=Bjoern Lukas Sophie Matthias Ulrike Heiko Grete Anton'),
    family: names('Müller=Mueller Weiß=Weiss Schröder=Schroeder Bäcker=Baecker Fuchs Krüger=Krueger Vogel Lindner Groß=Gross Jäger=Jaeger Hartmann'),
  },
  {
    name: 'Denmark', code: 'DK', numeric: '208', city: 'Århus', state: 'Midtjylland', street: 'Søndergade', postalCode: '8000', dial: '45', language: 'da-DK',
    given: names('Søren=Soeren Jørgen=Joergen Mette Kåre=Kaare Freja Astrid Bjørn=Bjoern Ida Rasmus Åse=Aase'),
    family: names('Sørensen=Soerensen Østergaard=Oestergaard Kjær=Kjaer Holm Nørgaard=Noergaard Bæk=Baek Lund Ågård=Aagaard Winther'),
  },
  {
    name: 'Poland', code: 'PL', numeric: '616', city: 'Łódź', state: 'łódzkie', street: 'ulica Piotrkowska', postalCode: '90-001', dial: '48', language: 'pl-PL',
    given: names('Łukasz=Lukasz Małgorzata=Malgorzata Paweł=Pawel Zofia Wojciech Agnieszka Stanisław=Stanislaw Żaneta=Zaneta Jan Ewa'),
    family: names('Wiśniewski=Wisniewski Dąbrowska=Dabrowska Łoś=Los Zając=Zajac Nowak Kowalczyk Wójcik=Wojcik Żuk=Zuk Mazur Pawłowski=Pawlowski'),
  },
  {
    name: 'Japan', code: 'JP', numeric: '392', city: '大阪市', state: '大阪府', street: '中央通り', postalCode: '530-0001', dial: '81', language: 'ja-JP',
    given: names('陽菜=Hina 健太=Kenta 美咲=Misaki 翔=Sho 由美子=Yumiko 大輔=Daisuke 直樹=Naoki 恵=Megumi'),
    family: names('佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 渡辺=Watanabe 山本=Yamamoto 小林=Kobayashi 斎藤=Saito'),
  },
  {
    name: 'Egypt', code: 'EG', numeric: '818', city: 'القاهرة', state: 'القاهرة', street: 'شارع النيل', postalCode: '11511', dial: '20', language: 'ar-EG',
    given: names('أحمد=Ahmed فاطمة=Fatima محمود=Mahmoud ليلى=Layla يوسف=Youssef نور=Nour سارة=Sara كريم=Karim'),
    family: names('حسن=Hassan إبراهيم=Ibrahim منصور=Mansour عبد_الله=Abdallah السيد=Elsayed خليل=Khalil فؤاد=Fouad'),
  },
  {
    name: 'Ireland', code: 'IE', numeric: '372', city: 'Dún Laoghaire', state: 'Dublin', street: "St. Brigid's Quay", postalCode: 'A96 X2T1', dial: '353', language: 'en-IE',
    given: names('Siobhán=Siobhan Seán=Sean Aoife Niamh Éamon=Eamon Ciarán=Ciaran Maeve Patrick Gráinne=Grainne Declan'),
    family: names("O'Brien=OBrien O'Connor=OConnor Ní_Dhomhnaill=NiDhomhnaill Kelly D'Arcy=DArcy Ó_Súilleabháin=OSuilleabhain Walsh Byrne O'Neill=ONeill"),
  },
  {
    name: 'France', code: 'FR', numeric: '250', city: 'Besançon', state: 'Bourgogne-Franche-Comté', street: 'rue de l’Église', postalCode: '25000', dial: '33', language: 'fr-FR',
    given: names('François=Francois Hélène=Helene Zoé=Zoe Jean-Noël=JeanNoel Maëlle=Maelle Édouard=Edouard Camille Benoît=Benoit Inès=Ines'),
    family: names('Lefèvre=Lefevre Garçon=Garcon d’Arbois=dArbois Müntz=Muntz Moreau Châtelain=Chatelain Le_Goff=LeGoff Brûlé=Brule Petit'),
  },
  {
    name: 'United States', code: 'US', numeric: '840', city: 'Santa Fe', state: 'NM', street: 'Canyon Road', postalCode: '87501', dial: '1', language: 'en-US',
    given: names('Emily Marcus Renée=Renee Tyler Jasmine José=Jose Grace Nathan Olivia Peña=Pena DeShawn=DeShawn Ruth'),
    family: names("Carter Núñez=Nunez Whitfield O'Malley=OMalley Brooks Hernández=Hernandez Lee Van_Dyke=VanDyke Johnson Smith-Jones=SmithJones Park"),
  },
];

/** Departments with the titles of their head, team leaders and staff. */
export const DEPARTMENTS: readonly { readonly name: string; readonly head: string; readonly lead: string; readonly staff: readonly string[] }[] = [
  { name: 'Sales', head: 'Head of Sales', lead: 'Regional Sales Manager', staff: ['Account Manager', 'Sales Representative', 'Tender Clerk'] },
  { name: 'Engineering', head: 'Chief Engineer', lead: 'Lead Engineer', staff: ['Engineer', 'Draughtsman', 'Test Engineer'] },
  { name: 'Production', head: 'Plant Manager', lead: 'Shift Leader', staff: ['Machine Operator', 'Quality Inspector', 'Toolmaker'] },
  { name: 'Finance', head: 'Chief Financial Officer', lead: 'Controller', staff: ['Accountant', 'Payroll Clerk'] },
  { name: 'Human Resources', head: 'Head of Human Resources', lead: 'HR Partner', staff: ['Recruiter', 'Training Coordinator'] },
  { name: 'Information Technology', head: 'Chief Information Officer', lead: 'Service Manager', staff: ['System Administrator', 'Support Engineer', 'Developer'] },
  { name: 'Logistics', head: 'Head of Logistics', lead: 'Warehouse Manager', staff: ['Dispatcher', 'Driver', 'Customs Clerk'] },
  { name: 'Research & Development', head: 'Head of Research', lead: 'Principal Scientist', staff: ['Scientist', 'Laboratory Technician'] },
];
