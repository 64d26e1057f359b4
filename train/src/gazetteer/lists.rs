//! The lists: one function a source, each knowing its columns.

use crate::files::{Shared, open};
use anyhow::{Context, Result};
use dateline::entity::gazetteer::Class;
use std::io::BufRead;
use std::path::Path;

/// Takes a name of a class.
pub type Emit<'e> = &'e mut dyn FnMut(Class, &str);

/// Every list.
pub fn all(shared: &Shared, own: &Path, emit: Emit<'_>) -> Result<()> {
    countries(shared, emit)?;
    cities(shared, emit)?;
    people(shared, emit)?;
    organisations(shared, emit)?;
    actors(shared, emit)?;
    for row in rows(own)?.filter(|r| !r[0].starts_with('#')) {
        let [class, names] = row.as_slice() else { continue };
        let class = own_class(class).with_context(|| format!("no class {class:?}"))?;
        names.split('|').for_each(|name| emit(class, name));
    }
    Ok(())
}

fn own_class(name: &str) -> Option<Class> {
    Some(match name {
        "given" => Class::Given,
        "common_surname" => Class::CommonSurname,
        "media" => Class::Media,
        "government" => Class::Government,
        "igo" => Class::Intergovernmental,
        "armed" => Class::ArmedGroup,
        "party" => Class::Party,
        "region" => Class::Region,
        "people" => Class::People,
        "product" => Class::Product,
        "event" => Class::Event,
        "law" => Class::Law,
        "other" => Class::Other,
        "org_noun" => Class::OrgNoun,
        "fac_noun" => Class::FacNoun,
        "title" => Class::Title,
        _ => return None,
    })
}

fn rows(path: &Path) -> Result<impl Iterator<Item = Vec<String>> + use<>> {
    let lines: Vec<String> = open(path)?.lines().collect::<std::io::Result<_>>()?;
    Ok(lines.into_iter().map(|l| l.split('\t').map(|c| c.trim().to_string()).collect()))
}

/// The rows of a list below its header, with at least `columns` columns.
fn list(shared: &Shared, name: &str, columns: usize) -> Result<impl Iterator<Item = Vec<String>> + use<>> {
    let path = shared.data(&format!("gazetteers/{name}.tsv.gz"));
    Ok(rows(&path)?.skip(1).map(move |mut r| {
        r.resize(r.len().max(columns), String::new());
        r
    }))
}

fn countries(shared: &Shared, emit: Emit<'_>) -> Result<()> {
    for row in list(shared, "countries_mledoze", 10)? {
        emit(Class::Country, &row[2]);
        emit(Class::Country, &row[3]);
        row[4].split('|').filter(|a| a.len() > 3).for_each(|a| emit(Class::Country, a));
        row[5].split(['|', ',']).for_each(|c| emit(Class::LargeCity, c));
        for demonym in &row[6..8] {
            emit(Class::Demonym, demonym);
            emit(Class::Demonym, &format!("{demonym}s"));
        }
        emit(Class::Region, &row[8]);
        emit(Class::Region, &row[9]);
    }
    for row in list(shared, "factbook_countries_nationality", 8)? {
        for name in &row[1..4] {
            if name != "none" {
                name.split(", ").for_each(|n| emit(Class::Country, n));
            }
        }
        for nationality in &row[6..8] {
            let short = nationality.split(" (").next().unwrap_or("").replace("(s)", "");
            for one in short.split([',', ';', '/']).flat_map(|s| s.split(" or ")) {
                emit(Class::Demonym, one);
                if nationality.contains("(s)") {
                    emit(Class::Demonym, &format!("{}s", one.trim()));
                }
            }
        }
    }
    for name in [
        "U.S.",
        "US",
        "USA",
        "U.S.A.",
        "America",
        "UK",
        "U.K.",
        "Britain",
        "England",
        "Scotland",
        "Wales",
        "UAE",
        "DRC",
        "Gaza",
        "West Bank",
        "Crimea",
        "Kashmir",
        "Kurdistan",
        "Soviet Union",
        "USSR",
        "Yugoslavia",
        "Holland",
        "Burma",
        "Tibet",
        "Chechnya",
        "Transnistria",
        "Abkhazia",
        "South Ossetia",
        "Nagorno-Karabakh",
    ] {
        emit(Class::Country, name);
    }
    for row in list(shared, "factbook_admin_divisions", 3)? {
        let name = row[2].split(['*', '(', '[']).next().unwrap_or("");
        // "Central", "North" and their like say nothing.
        if !["north", "south", "east", "west", "central", "northern", "southern", "eastern", "western", "centre"]
            .contains(&name.trim().to_lowercase().as_str())
        {
            emit(Class::Division, name);
        }
    }
    Ok(())
}

fn cities(shared: &Shared, emit: Emit<'_>) -> Result<()> {
    for row in list(shared, "geonames_cities15000", 8)? {
        let population: u64 = row[4].parse().unwrap_or(0);
        emit(if population >= 400_000 { Class::LargeCity } else { Class::City }, &row[1]);
        if population >= 150_000 {
            let usable = |a: &&str| {
                a.len() >= 4
                    && a.is_ascii()
                    && a.starts_with(|c: char| c.is_ascii_uppercase())
                    && a.bytes().skip(1).any(|b| b.is_ascii_lowercase())
            };
            row[7].split('|').filter(usable).for_each(|a| emit(Class::OtherCityName, a));
        }
    }
    Ok(())
}

fn people(shared: &Shared, emit: Emit<'_>) -> Result<()> {
    for name in ["us_census1990_male", "us_census1990_female"] {
        for row in list(shared, name, 4)? {
            emit(Class::Given, &row[0]);
        }
    }
    for row in list(shared, "us_census1990_surnames", 4)? {
        match row[3].parse::<u32>().unwrap_or(u32::MAX) {
            0..=6_000 => emit(Class::CommonSurname, &row[0]),
            6_001..=40_000 => emit(Class::Surname, &row[0]),
            _ => {}
        }
    }
    for row in list(shared, "factbook_leaders", 4)? {
        // "Prime Minister Mostafa MADBOULY": the surname is in capitals; what stands before the given name is not known.
        let words: Vec<&str> = row[3].split_whitespace().collect();
        for (i, word) in words.iter().enumerate() {
            if word.len() > 2 && word.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()) {
                emit(Class::CommonSurname, word);
                if i > 0 {
                    emit(Class::Leader, &format!("{} {word}", words[i - 1]));
                    emit(Class::Given, words[i - 1]);
                }
            }
        }
    }
    for row in list(shared, "us_congress_executive", 12)? {
        emit(Class::Leader, &row[3]);
        emit(Class::Leader, &format!("{} {}", row[4], row[5]));
        emit(Class::CommonSurname, &row[5]);
    }
    Ok(())
}

fn organisations(shared: &Shared, emit: Emit<'_>) -> Result<()> {
    for row in list(shared, "factbook_parties", 4)? {
        let name = row[2].split(" (").next().unwrap_or("");
        for one in name.split(" or ").filter(|n| n.len() > 1) {
            emit(Class::Party, one);
        }
        if row[3].len() > 1 {
            emit(Class::Party, &row[3]);
        }
    }
    for row in list(shared, "factbook_terrorist_groups", 3)? {
        let name = row[2].split([';', '–']).next().unwrap_or("");
        let (full, short) = name.split_once('(').unwrap_or((name, ""));
        emit(Class::ArmedGroup, full);
        emit(Class::ArmedGroup, short.trim_end_matches([')', ' ']));
    }
    for row in list(shared, "factbook_igo_abbrev", 2)? {
        emit(Class::Intergovernmental, &row[0]);
    }
    for row in list(shared, "us_committees", 3)? {
        emit(Class::Government, &row[0]);
    }
    for (list_name, column) in [("pytickersymbols_companies", 0), ("sec_company_tickers", 3)] {
        for row in list(shared, list_name, 4)? {
            emit(Class::Company, &row[column]);
            emit(Class::Company, without_form(&row[column]));
        }
    }
    for row in list(shared, "nsi_brands", 7)? {
        let school =
            ["school", "surveillance", "substation", "recycling", "park", "fire_station", "transformer", "generator"]
                .iter()
                .any(|k| row[3].ends_with(k));
        if !school && row[2].is_ascii() {
            emit(Class::Brand, &row[2]);
        }
    }
    for row in list(shared, "simple_icons_brands", 2)? {
        emit(Class::Brand, &row[0]);
    }
    Ok(())
}

/// A company's name without its legal form.
fn without_form(name: &str) -> &str {
    const FORMS: [&str; 16] = [
        "inc", "inc.", "corp", "corp.", "co", "co.", "ltd", "ltd.", "plc", "llc", "ag", "sa", "s.a.", "nv", "se",
        "/new/",
    ];
    let mut name = name.trim();
    while let Some((rest, last)) = name.rsplit_once([' ', ',']) {
        if !FORMS.contains(&last.to_lowercase().as_str()) {
            break;
        }
        name = rest.trim_end_matches([' ', ',']);
    }
    name
}

/// The actors of an event coder: names in capitals with aliases and codes; a code with dates is a person in office.
fn actors(shared: &Shared, emit: Emit<'_>) -> Result<()> {
    for name in ["phoenix_countries_actors", "phoenix_international_actors", "phoenix_milnonstate_actors"] {
        for row in list(shared, name, 3)? {
            let first = row[2].split('|').next().unwrap_or("");
            let (code, dated) = (first.split(' ').next().unwrap_or(""), row[2].contains(' '));
            let names = || std::iter::once(row[0].as_str()).chain(row[1].split('|'));
            if name == "phoenix_countries_actors" && !dated && code.len() == 3 {
                // Countries with cities and nationalities among their aliases: other lists tell these apart.
                continue;
            }
            if dated {
                for one in names() {
                    let words: Vec<&str> = one.split_whitespace().collect();
                    if (2..=4).contains(&words.len()) {
                        emit(Class::Leader, one);
                        emit(Class::Given, words[0]);
                        emit(Class::Surname, words[words.len() - 1]);
                    }
                }
                continue;
            }
            let class = match code.get(..3).unwrap_or("") {
                _ if name == "phoenix_milnonstate_actors" => Class::ArmedGroup,
                "MNC" => Class::Company,
                "NGO" => Class::Association,
                "IGO" => Class::Intergovernmental,
                "MED" => Class::Media,
                _ if ["GOV", "MIL", "SPY", "JUD", "COP"].iter().any(|k| code.ends_with(k)) => Class::Government,
                _ => continue,
            };
            for one in names() {
                emit(class, one);
                if class == Class::Company {
                    emit(class, without_form(one));
                }
            }
        }
    }
    Ok(())
}
