//! Trains the models of dateline from the open data and the project's own annotations.

mod conll18;
mod conllu;
mod coref;
mod crf;
mod files;
mod gazetteer;
mod kb;
mod names;
mod net;
mod parse;
mod passages;
mod pieces;
mod random;
mod relate;
mod segment;
mod tag;
mod words;

use anyhow::Result;
use clap::{Parser, Subcommand};
use files::Shared;
use std::path::PathBuf;

#[derive(Parser)]
#[command(about = "Trains the models of dateline")]
struct Args {
    /// Folder that holds `data` and `gold`
    #[arg(long, default_value = "../shared", global = true)]
    shared: PathBuf,
    /// Folder that the models are written to
    #[arg(long, default_value = "models", global = true)]
    models: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every model, in the order in which they build on each other
    All,
    /// Scores and speed of the segmenter, which is not trained
    Segment {
        /// Print what is not as the gold has it
        #[arg(long)]
        show: bool,
    },
    /// Vectors and clusters of words from the news text (words.bin)
    Words,
    /// Sub-word vocabulary (tokenizer.json)
    Pieces,
    /// Tagger and lemmas (tagger.bin)
    Tag,
    /// Lists of known names (gazetteer.bin)
    Gazetteer,
    /// Recogniser of names (names.bin)
    Names,
    /// The knowledge base (kb.bin)
    Kb,
    /// Whom pronouns and descriptions mean (coref.bin)
    Coref,
    /// Classifiers of relations (relate.bin)
    Relate,
    /// Dependency parser (parser.bin)
    Parse {
        /// Rounds over the treebanks
        #[arg(long)]
        epochs: Option<usize>,
    },
}

fn main() -> Result<()> {
    let args = Args::parse();
    let shared = Shared(args.shared);
    let annotations = PathBuf::from("train/annotations/names.jsonl");
    let lexicon = PathBuf::from("train/lexicon/names.tsv");
    match args.command {
        Command::All => {
            words::run(&shared, &args.models)?;
            pieces::run(&shared, &args.models)?;
            tag::run(&shared, &args.models)?;
            parse::run(&shared, &args.models, None)?;
            gazetteer::run(&shared, &args.models, &lexicon)?;
            names::run(&shared, &args.models, &annotations)?;
            kb::run(&shared, &args.models)?;
            coref::run(&shared, &args.models)?;
            relate::run(&shared, &args.models)
        }
        Command::Segment { show } => segment::run(&shared, show),
        Command::Words => words::run(&shared, &args.models),
        Command::Pieces => pieces::run(&shared, &args.models),
        Command::Tag => tag::run(&shared, &args.models),
        Command::Gazetteer => gazetteer::run(&shared, &args.models, &lexicon),
        Command::Names => names::run(&shared, &args.models, &annotations),
        Command::Kb => kb::run(&shared, &args.models),
        Command::Coref => coref::run(&shared, &args.models),
        Command::Relate => relate::run(&shared, &args.models),
        Command::Parse { epochs } => parse::run(&shared, &args.models, epochs),
    }
}
