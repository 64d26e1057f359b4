//! CAMEO and PLOVER codes of the relation types, from one table.

use crate::doc::RelationType;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelSource;

/// The codes of each type.
#[derive(Debug)]
pub struct Codes(Vec<[Option<String>; 3]>);

impl Codes {
    /// Reads `codes.tsv`: type, CAMEO, PLOVER, quad class; `-` for none.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming the line that is wrong.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let mut codes = vec![[None, None, None]; RelationType::ALL.len()];
        for (n, line) in models.text("codes.tsv")?.lines().enumerate().filter(|(_, l)| !l.starts_with('#')) {
            let fail =
                |reason: String| Error::new(ErrorKind::Model, reason).in_file("codes.tsv").at_record(n as u64 + 1);
            let fields: Vec<&str> = line.split('\t').collect();
            let [rtype, rest @ ..] = &fields[..] else { continue };
            let rtype: RelationType = rtype.parse().map_err(fail)?;
            let [cameo, plover, quad] = rest else { return Err(fail(format!("{} columns, expected 4", fields.len()))) };
            codes[rtype as usize] = [cameo, plover, quad].map(|c| (**c != *"-").then(|| c.to_string()));
        }
        Ok(Codes(codes))
    }

    /// CAMEO code, PLOVER type, quad class.
    pub fn of(&self, rtype: RelationType) -> [Option<&str>; 3] {
        let [cameo, plover, quad] = &self.0[rtype as usize];
        [cameo.as_deref(), plover.as_deref(), quad.as_deref()]
    }
}
