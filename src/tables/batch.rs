//! Rows of one table on their way to a writer, column by column.

use super::schema::{Kind, Table};
use std::collections::BTreeMap;

/// Rows of one table.
#[derive(Debug)]
pub struct Batch {
    /// The table.
    pub table: &'static Table,
    /// Values by column.
    pub columns: Vec<Values>,
    next: usize,
}

/// The values of a column.
#[derive(Debug)]
pub enum Values {
    /// For [`Kind::Str`].
    Str(Vec<Option<String>>),
    /// For [`Kind::List`].
    List(Vec<Vec<String>>),
    /// For [`Kind::Int`].
    Int(Vec<Option<i64>>),
    /// For [`Kind::Float`].
    Float(Vec<Option<f32>>),
    /// For [`Kind::Bool`].
    Bool(Vec<Option<bool>>),
    /// For [`Kind::Time`]: seconds since 1970.
    Time(Vec<Option<i64>>),
}

/// What can stand in a column of texts.
pub trait Text {
    /// The text, or none for null.
    fn text(self) -> Option<String>;
}

impl Text for &str {
    fn text(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Text for String {
    fn text(self) -> Option<String> {
        Some(self)
    }
}

impl Text for Option<&str> {
    fn text(self) -> Option<String> {
        self.map(String::from)
    }
}

impl Batch {
    /// No rows yet.
    pub fn new(table: &'static Table) -> Self {
        let values = |kind| match kind {
            Kind::Str => Values::Str(Vec::new()),
            Kind::List => Values::List(Vec::new()),
            Kind::Int => Values::Int(Vec::new()),
            Kind::Float => Values::Float(Vec::new()),
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Time => Values::Time(Vec::new()),
        };
        Batch { table, columns: table.columns.iter().map(|c| values(c.kind)).collect(), next: 0 }
    }

    /// The number of whole rows.
    pub fn len(&self) -> usize {
        debug_assert_eq!(self.next, 0, "a row of {} is not whole", self.table.name);
        match self.columns.last().expect("a table has columns") {
            Values::Str(v) => v.len(),
            Values::List(v) => v.len(),
            Values::Int(v) => v.len(),
            Values::Float(v) => v.len(),
            Values::Bool(v) => v.len(),
            Values::Time(v) => v.len(),
        }
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn column(&mut self) -> &mut Values {
        let at = self.next;
        self.next = (at + 1) % self.columns.len();
        &mut self.columns[at]
    }

    fn wrong(&self, kind: &str) -> ! {
        let at = (self.next + self.columns.len() - 1) % self.columns.len();
        panic!("column {}.{} is no {kind}", self.table.name, self.table.columns[at].name)
    }

    /// Puts a text into the next column of the row.
    pub fn str(&mut self, value: impl Text) -> &mut Self {
        let value = value.text();
        match self.column() {
            Values::Str(v) => v.push(value),
            _ => self.wrong("string"),
        }
        self
    }

    /// Puts a list into the next column.
    pub fn list(&mut self, value: Vec<String>) -> &mut Self {
        match self.column() {
            Values::List(v) => v.push(value),
            _ => self.wrong("list"),
        }
        self
    }

    /// Puts a whole number into the next column.
    pub fn int(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        let value = value.into();
        match self.column() {
            Values::Int(v) => v.push(value),
            _ => self.wrong("integer"),
        }
        self
    }

    /// Puts a number into the next column.
    pub fn float(&mut self, value: impl Into<Option<f32>>) -> &mut Self {
        let value = value.into();
        match self.column() {
            Values::Float(v) => v.push(value),
            _ => self.wrong("float"),
        }
        self
    }

    /// Puts true or false into the next column.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        match self.column() {
            Values::Bool(v) => v.push(Some(value)),
            _ => self.wrong("bool"),
        }
        self
    }

    /// Puts a moment into the next column: seconds since 1970.
    pub fn time(&mut self, value: Option<i64>) -> &mut Self {
        match self.column() {
            Values::Time(v) => v.push(value),
            _ => self.wrong("time"),
        }
        self
    }

    /// Changes the text or number of a column in the first row.
    pub fn set(&mut self, column: &str, text: Option<&str>, number: Option<i64>) {
        let at = self.table.columns.iter().position(|c| c.name == column).expect("in the schema");
        match &mut self.columns[at] {
            Values::Str(v) => v[0] = text.map(String::from),
            Values::Int(v) => v[0] = number,
            _ => self.wrong("text or number"),
        }
    }

    /// Moves the rows of `other`, of the same table, to the end of these.
    pub fn append(&mut self, other: &mut Batch) {
        for (to, from) in self.columns.iter_mut().zip(&mut other.columns) {
            match (to, from) {
                (Values::Str(a), Values::Str(b)) => a.append(b),
                (Values::List(a), Values::List(b)) => a.append(b),
                (Values::Int(a), Values::Int(b)) | (Values::Time(a), Values::Time(b)) => a.append(b),
                (Values::Float(a), Values::Float(b)) => a.append(b),
                (Values::Bool(a), Values::Bool(b)) => a.append(b),
                _ => unreachable!("both are of one table"),
            }
        }
    }

    /// The texts of a column of texts.
    pub fn texts(&self, column: &str) -> &[Option<String>] {
        let at = self.table.columns.iter().position(|c| c.name == column).expect("in the schema");
        match &self.columns[at] {
            Values::Str(v) => v,
            _ => self.wrong("string"),
        }
    }

    /// The texts of a column of lists.
    pub fn lists(&self, column: &str) -> &[Vec<String>] {
        let at = self.table.columns.iter().position(|c| c.name == column).expect("in the schema");
        match &self.columns[at] {
            Values::List(v) => v,
            _ => self.wrong("list"),
        }
    }

    /// The numbers of a column of whole numbers or moments.
    pub fn numbers(&self, column: &str) -> &[Option<i64>] {
        let at = self.table.columns.iter().position(|c| c.name == column).expect("in the schema");
        match &self.columns[at] {
            Values::Int(v) | Values::Time(v) => v,
            _ => self.wrong("integer or time"),
        }
    }

    /// Parts the rows by a key; their order stays.
    pub fn split(self, keys: &[String]) -> BTreeMap<String, Batch> {
        let mut parts: BTreeMap<String, Batch> = BTreeMap::new();
        for key in keys {
            parts.entry(key.clone()).or_insert_with(|| Batch::new(self.table));
        }
        for (at, values) in self.columns.into_iter().enumerate() {
            macro_rules! deal {
                ($($kind:ident)*) => {
                    match values {
                        $(Values::$kind(values) => for (key, value) in keys.iter().zip(values) {
                            match parts.get_mut(key).map(|part| &mut part.columns[at]) {
                                Some(Values::$kind(to)) => to.push(value),
                                _ => unreachable!("there is a part for each key"),
                            }
                        })*
                    }
                };
            }
            deal!(Str List Int Float Bool Time);
        }
        parts
    }
}
