//! `train kb`: the knowledge base (models/kb.bin), compiled from the open gazetteers and the project's own list of actors.

use crate::files::{Shared, open};
use anyhow::{Context, Result, bail};
use dateline::doc::{Country, EntityType, Sector};
use dateline::entity::kb::{self, Row, normal};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::BufRead;
use std::path::Path;

/// Least population of a city.
const CITY: u64 = 50_000;
/// Population from which other names of a city are kept.
const METROPOLIS: u64 = 800_000;
/// What is well known beside a city of a million: bodies, leaders.
const KNOWN: u8 = 20;

/// Compiles and writes `kb.bin` into `models`; prints how much is in it.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let maker = Maker::new(shared)?;
    let mut rows = Vec::new();
    let actors = Path::new("train/annotations/actors.tsv");
    let text = std::fs::read_to_string(actors).with_context(|| format!("cannot read {}", actors.display()))?;
    let (own, errors) = Row::parse_all(&text, actors);
    if let Some(error) = errors.first() {
        bail!("{error}");
    }
    let parts: [(&str, Vec<Row>); 9] = [
        ("own list", own),
        ("countries", maker.countries()?),
        ("cities", maker.cities()?),
        ("divisions", maker.divisions()?),
        ("leaders", [maker.us_politicians()?, maker.leaders()?].concat()),
        ("parties", maker.parties()?),
        ("armed groups", maker.armed_groups()?),
        ("companies", [maker.companies()?, maker.brands()?].concat()),
        ("political actors", maker.political_actors()?),
    ];
    // What two sources have is kept once, from the first; places of one name are many places.
    let mut seen: HashSet<(String, Option<EntityType>, Option<Country>)> = HashSet::new();
    // People by their names of several words, as two sources seldom write them alike: the row, and whether it is its first name.
    let mut people: HashMap<(String, Option<Country>), (usize, bool)> = HashMap::new();
    for (name, part) in parts {
        let before = rows.len();
        for mut row in part {
            let place = row.geonames.is_some();
            let key = (normal(&row.name), row.etype, row.country);
            if key.0.len() < 2 || !place && !seen.insert(key.clone()) {
                continue;
            }
            if place {
                seen.insert(key);
            }
            row.aliases.retain(|a| normal(a).len() > 1);
            if matches!(row.etype, None | Some(EntityType::Person)) {
                let names = std::iter::once((&row.name, true)).chain(row.aliases.iter().map(|a| (a, false)));
                let names = names.filter(|(n, _)| n.contains(' '));
                let keys: Vec<_> = names.map(|(n, first)| ((normal(n), row.country), first)).collect();
                // That two share a second name proves nothing.
                let same = keys.iter().find_map(|(k, first)| people.get(k).filter(|p| *first || p.1));
                if let Some(&(same, _)) = same {
                    let known: &mut Row = &mut rows[same];
                    if row.etype.is_some() {
                        known.aliases.extend(std::iter::once(row.name).chain(row.aliases));
                    }
                    known.wikidata = known.wikidata.or(row.wikidata);
                    continue;
                }
                for (key, first) in keys.into_iter().filter(|_| row.etype.is_some()) {
                    people.entry(key).or_insert((rows.len(), first));
                }
            }
            rows.push(row);
        }
        println!("{name}: {}", rows.len() - before);
    }
    let writer = kb::write(&rows);
    writer.write(&models.join("kb.bin"))?;
    println!("{} entries, {:.1} MB", rows.len(), writer.to_bytes().len() as f64 / 1e6);
    Ok(())
}

struct Maker<'s> {
    shared: &'s Shared,
    /// Codes by names of countries, and by ISO alpha-2 code.
    codes: BTreeMap<String, Country>,
    short: BTreeMap<String, Country>,
    /// Population.
    people: BTreeMap<Country, u64>,
}

fn table(shared: &Shared, name: &str) -> Result<Vec<Vec<String>>> {
    let path = shared.data(&format!("gazetteers/{name}.tsv.gz"));
    let lines = open(&path)?.lines().skip(1);
    lines.map(|l| Ok(l?.split('\t').map(|c| c.trim().to_string()).collect())).collect()
}

fn column(row: &[String], n: usize) -> &str {
    row.get(n).map_or("", String::as_str)
}

/// Words in capitals as names are written.
fn title(text: &str) -> String {
    let word = |w: &str| {
        let mut upper = true;
        w.chars()
            .map(|c| {
                let c = if upper { c } else { c.to_lowercase().next().unwrap_or(c) };
                upper = !c.is_alphabetic();
                c
            })
            .collect::<String>()
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

impl<'s> Maker<'s> {
    fn new(shared: &'s Shared) -> Result<Self> {
        let (mut codes, mut short, mut people) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for row in table(shared, "countries_mledoze")? {
            let Ok(code) = column(&row, 1).parse::<Country>() else { continue };
            short.insert(column(&row, 0).to_string(), code);
            for name in [column(&row, 2), column(&row, 3)].into_iter().chain(column(&row, 4).split('|')) {
                codes.entry(normal(name)).or_insert(code);
            }
        }
        for row in table(shared, "geonames_countries")? {
            let Ok(code) = column(&row, 1).parse::<Country>() else { continue };
            short.insert(column(&row, 0).to_string(), code);
            codes.entry(normal(column(&row, 2))).or_insert(code);
            people.insert(code, column(&row, 5).parse().unwrap_or(0));
        }
        for (name, code) in [
            ("congo (brazzaville)", "COG"),
            ("congo (kinshasa)", "COD"),
            ("burma", "MMR"),
            ("korea, north", "PRK"),
            ("korea, south", "KOR"),
            ("gaza strip", "PSE"),
            ("west bank", "PSE"),
            ("turkey (turkiye)", "TUR"),
            ("micronesia, federated states of", "FSM"),
            ("bahamas, the", "BHS"),
            ("gambia, the", "GMB"),
        ] {
            codes.insert(normal(name), code.parse().map_err(anyhow::Error::msg)?);
        }
        Ok(Maker { shared, codes, short, people })
    }

    fn country(&self, name: &str) -> Option<Country> {
        self.codes.get(&normal(name)).copied()
    }

    /// Countries, their demonyms, and their governments' seats as names of the country's own.
    fn countries(&self) -> Result<Vec<Row>> {
        let mut other: BTreeMap<Country, Vec<String>> = BTreeMap::new();
        let mut rows = Vec::new();
        let mut demonyms = BTreeSet::new();
        for row in table(self.shared, "countries_mledoze")? {
            let Ok(code) = column(&row, 1).parse::<Country>() else { continue };
            let names = [column(&row, 2), column(&row, 3)].into_iter().chain(column(&row, 4).split('|'));
            other.entry(code).or_default().extend(names.filter(|n| n.len() > 3).map(String::from));
            demonyms.extend([6, 7].map(|n| (column(&row, n).to_string(), code)));
        }
        for row in table(self.shared, "factbook_countries_nationality")? {
            let Some(code) = self.country(column(&row, 1)) else { continue };
            // "Algerian(s)", "Beninese (singular and plural)", "Kittitian(s), Nevisian(s)".
            for name in column(&row, 6).split(',').chain(column(&row, 7).split(" or ")) {
                let name = name.split(['(', ';']).next().unwrap_or("").trim();
                demonyms.insert((name.to_string(), code));
            }
        }
        for (code, names) in EXTRA {
            let code: Country = code.parse().map_err(anyhow::Error::msg)?;
            other.entry(code).or_default().extend(names.split('|').map(String::from));
        }
        for row in table(self.shared, "geonames_countries")? {
            let Ok(code) = column(&row, 1).parse::<Country>() else { continue };
            let population: u64 = column(&row, 5).parse().unwrap_or(0);
            rows.push(Row {
                name: column(&row, 2).trim_start_matches("The ").to_string(),
                aliases: other.get(&code).cloned().unwrap_or_default(),
                etype: Some(EntityType::Gpe),
                country: Some(code),
                geonames: column(&row, 6).parse().ok(),
                // A country before any town of its name.
                weight: (population.max(1).ilog2() + 6) as u8,
                ..Row::default()
            });
        }
        let plain = |d: &&(String, Country)| d.0.len() > 2 && d.0.starts_with(char::is_uppercase);
        rows.extend(demonyms.iter().filter(plain).map(|(name, code)| Row {
            aliases: vec![format!("{name}s")],
            name: name.clone(),
            etype: Some(EntityType::Norp),
            country: Some(*code),
            weight: KNOWN,
            ..Row::default()
        }));
        Ok(rows)
    }

    fn cities(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for row in table(self.shared, "geonames_cities15000")? {
            let population: u64 = column(&row, 4).parse().unwrap_or(0);
            if population < CITY {
                continue;
            }
            let name = column(&row, 1).to_string();
            // Other names in plain letters, one word or two: what an English text may have.
            let plain = |a: &&str| {
                a.len() > 4
                    && a.chars().all(|c| c.is_ascii_alphabetic() || c == ' ')
                    && a.chars().skip(1).any(|c| c.is_ascii_lowercase())
                    && a.starts_with(|c: char| c.is_ascii_uppercase())
            };
            let others = column(&row, 7).split('|').filter(plain).filter(|_| population >= METROPOLIS);
            let mut aliases: Vec<String> = Vec::new();
            for alias in others.map(String::from) {
                if aliases.len() < 12 && !aliases.contains(&alias) && alias != name {
                    aliases.push(alias);
                }
            }
            if let Some(short) = name.strip_suffix(" City").filter(|_| population >= METROPOLIS) {
                aliases.push(short.to_string());
            }
            rows.push(Row {
                name,
                aliases,
                etype: Some(EntityType::Gpe),
                country: self.short.get(column(&row, 2)).copied(),
                geonames: column(&row, 0).parse().ok(),
                place: Option::zip(column(&row, 5).parse().ok(), column(&row, 6).parse().ok()),
                weight: population.ilog2() as u8,
                ..Row::default()
            });
        }
        Ok(rows)
    }

    fn divisions(&self) -> Result<Vec<Row>> {
        let rows = table(self.shared, "factbook_admin_divisions")?;
        let rows = rows.iter().filter(|r| column(r, 2).len() > 3).filter_map(|row| {
            let country = Some(self.country(column(row, 1))?);
            let name = column(row, 2).trim_end_matches('*').to_string();
            Some(Row { name, etype: Some(EntityType::Gpe), country, weight: 16, ..Row::default() })
        });
        Ok(rows.collect())
    }

    /// Heads of state and government: the surname stands in capitals.
    fn leaders(&self) -> Result<Vec<Row>> {
        let mut rows: Vec<Row> = Vec::new();
        for row in table(self.shared, "factbook_leaders")? {
            let Some(country) = self.country(column(&row, 1)) else { continue };
            let whole = column(&row, 3);
            let loud =
                |w: &str| w.chars().filter(|c| c.is_alphabetic()).count() > 1 && !w.chars().any(char::is_lowercase);
            let words: Vec<&str> = whole.split_whitespace().collect();
            let Some(surname) = words.iter().position(|w| loud(w)) else { continue };
            let mut last = words[surname..].iter().take_while(|w| loud(w)).count() + surname;
            let family = words[surname..last].iter().map(|w| title(w)).collect::<Vec<_>>().join(" ");
            // Given names run back to the first word of the title; where there are none, they follow.
            let first = words[..surname].iter().rposition(|w| is_title(w)).map_or(0, |t| t + 1);
            if first == surname {
                last += words[last..].iter().take_while(|w| w.starts_with(char::is_uppercase)).count();
            }
            let name = words[first..last].iter().map(|w| if loud(w) { title(w) } else { (*w).to_string() });
            let name = name.collect::<Vec<_>>().join(" ");
            let mut aliases = Vec::new();
            if let [given, .., _] = words[first..last] {
                aliases.push(format!("{given} {family}"));
            }
            if family.len() > 3 {
                aliases.push(family);
            }
            rows.push(Row {
                name,
                aliases,
                etype: Some(EntityType::Person),
                country: Some(country),
                sector: Some(Sector::Gov),
                weight: KNOWN,
                ..Row::default()
            });
        }
        // Territories name the head of the state that they belong to: the largest is the one that is meant.
        rows.sort_by_key(|r| std::cmp::Reverse(r.country.and_then(|c| self.people.get(&c)).copied()));
        let mut seen = HashSet::new();
        rows.retain(|r| seen.insert(r.name.clone()));
        Ok(rows)
    }

    fn us_politicians(&self) -> Result<Vec<Row>> {
        let country = self.country("United States");
        let mut rows: Vec<Row> = Vec::new();
        for row in table(self.shared, "us_congress_executive")? {
            let executive = column(&row, 0) == "executive";
            let year: u32 = column(&row, 10).get(..4).and_then(|y| y.parse().ok()).unwrap_or(0);
            let (first, last, nickname) = (column(&row, 4), column(&row, 5), column(&row, 6));
            let wikidata = column(&row, 1).strip_prefix('Q').and_then(|q| q.parse().ok());
            let mut aliases = vec![format!("{first} {last}"), column(&row, 3).to_string()];
            if !nickname.is_empty() {
                aliases.push(format!("{nickname} {last}"));
            }
            // Presidents of living memory are known by their surname alone.
            if executive && column(&row, 7) == "prez" && year >= 1960 {
                aliases.push(last.to_string());
            }
            let usual = column(&row, 2).split(" (").next().unwrap_or("").to_string();
            rows.push(Row {
                name: if usual.is_empty() { column(&row, 3).to_string() } else { usual },
                aliases,
                etype: Some(EntityType::Person),
                country,
                sector: Some(if executive { Sector::Gov } else { Sector::Leg }),
                wikidata,
                weight: KNOWN,
                ..Row::default()
            });
        }
        // The latest office first: it is the one that is kept.
        rows.reverse();
        Ok(rows)
    }

    fn parties(&self) -> Result<Vec<Row>> {
        let rows = table(self.shared, "factbook_parties")?;
        let rows = rows.iter().filter_map(|row| {
            let country = Some(self.country(column(row, 1))?);
            let names = column(row, 2);
            // "Dignity or El Karama" are two names.
            let (name, other) = names.split_once(" or ").unwrap_or((names, ""));
            let abbreviations =
                column(row, 3).split([',', '/', ' ']).filter(|a| a.len() > 2 && !a.contains(char::is_lowercase));
            let aliases = abbreviations.chain((!other.is_empty()).then_some(other)).map(String::from).collect();
            Some(Row {
                name: name.to_string(),
                aliases,
                etype: Some(EntityType::Org),
                country,
                sector: Some(Sector::Pty),
                weight: 12,
                ..Row::default()
            })
        });
        Ok(rows.collect())
    }

    fn armed_groups(&self) -> Result<Vec<Row>> {
        let mut homes: BTreeMap<String, (Vec<String>, BTreeSet<Country>)> = BTreeMap::new();
        for row in table(self.shared, "factbook_terrorist_groups")? {
            let group = column(&row, 2).split([';', '–']).next().unwrap_or("").trim();
            let (name, short) = match group.split_once(" (") {
                Some((name, rest)) => (name, rest.split(')').next().unwrap_or("")),
                None => (group, ""),
            };
            if name.len() < 4 || name.contains(',') {
                continue;
            }
            let entry = homes.entry(name.to_string()).or_default();
            if short.len() > 2 && !entry.0.contains(&short.to_string()) {
                entry.0.push(short.to_string());
            }
            entry.1.extend(self.country(column(&row, 1)));
        }
        let mut rows: Vec<Row> = homes
            .into_iter()
            .map(|(name, (aliases, homes))| Row {
                name,
                aliases,
                etype: Some(EntityType::Org),
                country: homes.first().copied().filter(|_| homes.len() == 1),
                sector: Some(Sector::Reb),
                weight: 16,
                ..Row::default()
            })
            .collect();
        for row in table(self.shared, "phoenix_milnonstate_actors")? {
            let name = column(&row, 0).split('(').next().unwrap_or("").trim();
            if name.split(' ').count() > 1 {
                rows.push(Row {
                    name: title(name),
                    aliases: column(&row, 1).split('|').filter(|a| a.contains(' ')).take(4).map(title).collect(),
                    etype: Some(EntityType::Org),
                    country: self.code(column(&row, 2)),
                    sector: Some(Sector::Reb),
                    weight: 10,
                    ..Row::default()
                });
            }
        }
        Ok(rows)
    }

    /// The country that a CAMEO code begins with.
    fn code(&self, cameo: &str) -> Option<Country> {
        let code: Country = cameo.get(..3)?.parse().ok()?;
        self.short.values().any(|c| *c == code).then_some(code)
    }

    fn companies(&self) -> Result<Vec<Row>> {
        let row = |name: &str, aliases: Vec<String>, country, ticker: &str, weight| Row {
            name: name.to_string(),
            aliases,
            etype: Some(EntityType::Org),
            country,
            sector: Some(Sector::Bus),
            ticker: (!ticker.is_empty()).then(|| ticker.to_string()),
            weight,
            ..Row::default()
        };
        let mut rows = Vec::new();
        for company in table(self.shared, "pytickersymbols_companies")? {
            let name = column(&company, 0);
            let bare = without_form(name);
            let aliases = if bare == name { Vec::new() } else { vec![bare] };
            rows.push(row(name, aliases, self.country(column(&company, 2)), column(&company, 1), 16));
        }
        for company in table(self.shared, "sec_company_tickers")? {
            let name = title(column(&company, 3));
            let bare = without_form(&name);
            // One word alone ("Gap", "Unity") is a company only where the lists above know it.
            let aliases = if bare != name && bare.contains(' ') { vec![bare] } else { Vec::new() };
            rows.push(row(&name, aliases, None, column(&company, 1), 8));
        }
        Ok(rows)
    }

    /// Brands that are known all over the world, by their Wikidata entry.
    fn brands(&self) -> Result<Vec<Row>> {
        let rows = table(self.shared, "nsi_brands")?;
        let rows =
            rows.iter().filter(|r| column(r, 0) == "brands" && column(r, 6).contains("'001'")).filter_map(|row| {
                let wikidata = Some(column(row, 1).strip_prefix('Q')?.parse().ok()?);
                let (etype, sector) = (Some(EntityType::Org), Some(Sector::Bus));
                Some(Row { name: column(row, 2).to_string(), etype, sector, wikidata, weight: 10, ..Row::default() })
            });
        Ok(rows.collect())
    }

    /// People and bodies of politics with the code they had first; of one word there are too many.
    fn political_actors(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for file in ["phoenix_countries_actors", "phoenix_international_actors"] {
            for row in table(self.shared, file)? {
                let name = column(&row, 0).replace('_', " ");
                let codes = column(&row, 2);
                let code = codes.split(['|', ' ']).next().unwrap_or("");
                if !(2..=5).contains(&name.split(' ').count()) || code.len() < 3 {
                    continue;
                }
                let (country, sector) = if file.contains("countries") {
                    (self.code(code), code.get(3..6).and_then(sector))
                } else {
                    (code.get(3..6).and_then(|c| self.code(c)), code.get(..3).and_then(sector))
                };
                // A code of the country alone tells no actor from the country.
                if sector.is_none() {
                    continue;
                }
                let aliases = column(&row, 1)
                    .split('|')
                    .filter(|a| a.contains(' ') && a.len() < 40 && !is_title(a.split(' ').next().unwrap_or("")));
                let aliases = aliases.take(2).map(title).collect();
                rows.push(Row { name: title(&name), aliases, country, sector, weight: 8, ..Row::default() });
            }
        }
        Ok(rows)
    }
}

/// CAMEO's role codes as PLOVER's sectors.
fn sector(code: &str) -> Option<Sector> {
    Some(match code {
        "GOV" => Sector::Gov,
        "MIL" => Sector::Mil,
        "LEG" => Sector::Leg,
        "JUD" => Sector::Jud,
        "OPP" => Sector::Opp,
        "REB" | "INS" | "UAF" | "SEP" | "RAD" => Sector::Reb,
        "COP" => Sector::Cop,
        "SPY" => Sector::Spy,
        "PTY" => Sector::Pty,
        "BUS" | "MNC" => Sector::Bus,
        "MED" => Sector::Med,
        "EDU" => Sector::Edu,
        "IGO" => Sector::Igo,
        "NGO" | "NGM" => Sector::Ngo,
        "LAB" => Sector::Lab,
        "CVL" => Sector::Cvl,
        "CRM" => Sector::Crm,
        _ => return None,
    })
}

/// Words that stand before a leader's name.
fn is_title(word: &str) -> bool {
    const TITLES: [&str; 30] = [
        "president",
        "prime",
        "minister",
        "king",
        "queen",
        "sultan",
        "amir",
        "emir",
        "prince",
        "premier",
        "chancellor",
        "governor",
        "general",
        "gen.",
        "col.",
        "lt.",
        "maj.",
        "chairman",
        "chairperson",
        "captain",
        "capt.",
        "field",
        "marshal",
        "sheikh",
        "administrator",
        "ambassador",
        "dr.",
        "grand",
        "duke",
        "interim",
    ];
    let lower = word.to_lowercase();
    TITLES.contains(&lower.as_str())
        || matches!(
            lower.as_str(),
            "transitional"
                | "acting"
                | "commissioner"
                | "supreme"
                | "leader"
                | "pope"
                | "sir"
                | "dame"
                | "governor-general"
                | "vice"
                | "(ret.)"
                | "secretary"
                | "of"
                | "the"
        )
}

/// A company's name without the words for its legal form.
fn without_form(name: &str) -> String {
    let forms = [
        "inc",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "plc",
        "sa",
        "se",
        "ag",
        "nv",
        "group",
        "holdings",
        "holding",
        "spa",
        "asa",
        "ab",
        "oyj",
        "lp",
        "llc",
        "trust",
        "class",
        "a",
        "the",
        "de",
        "new",
    ];
    let mut words: Vec<&str> = name.split_whitespace().collect();
    while words.len() > 1
        && words.last().is_some_and(|w| {
            let plain: String = w.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
            w.starts_with('/') || w.starts_with('(') || plain.is_empty() || forms.contains(&plain.as_str())
        })
    {
        words.pop();
    }
    words.join(" ").trim_end_matches([',', '&', ' ']).to_string()
}

/// Names of countries that the lists lack.
const EXTRA: [(&str, &str); 14] = [
    ("USA", "US|U.S.|USA|U.S.A.|America|United States of America"),
    ("GBR", "UK|U.K.|Britain|Great Britain"),
    ("ARE", "UAE|U.A.E.|Emirates"),
    ("COD", "DRC|DR Congo|D.R. Congo|Congo-Kinshasa|Democratic Republic of Congo|Congo"),
    ("COG", "Congo-Brazzaville|Republic of Congo|Congo"),
    ("MMR", "Burma|Myanmar"),
    ("PRK", "North Korea|DPRK|Democratic People's Republic of Korea|Korea"),
    ("KOR", "South Korea|Republic of Korea|Korea"),
    ("CIV", "Ivory Coast|Cote d'Ivoire"),
    ("CZE", "Czech Republic|Czechia"),
    ("TUR", "Türkiye|Turkiye"),
    ("PSE", "Palestine|Palestinian Territories"),
    ("RUS", "Russian Federation"),
    ("CHN", "PRC|People's Republic of China"),
];
