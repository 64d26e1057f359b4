//! Trains the models of dateline from the open data and the project's own annotations.

mod conllu;
mod coref;
mod crf;
mod cues;
mod files;
mod kb;
mod names;
mod parse;
mod passages;
mod pieces;
mod random;
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
    /// Recogniser of names (names.bin)
    Names,
    /// The knowledge base (kb.bin)
    Kb,
    /// Whom pronouns and descriptions mean (coref.bin)
    Coref,
    /// Cues of relations (cues.bin)
    Cues,
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
    match args.command {
        Command::All => {
            words::run(&shared, &args.models)?;
            pieces::run(&shared, &args.models)?;
            tag::run(&shared, &args.models)?;
            parse::run(&shared, &args.models, None)?;
            names::run(&shared, &args.models, &annotations)?;
            kb::run(&shared, &args.models)?;
            coref::run(&shared, &args.models)?;
            cues::run(&shared, &args.models)
        }
        Command::Segment { show } => segment::run(&shared, show),
        Command::Words => words::run(&shared, &args.models),
        Command::Pieces => pieces::run(&shared, &args.models),
        Command::Tag => tag::run(&shared, &args.models),
        Command::Names => names::run(&shared, &args.models, &annotations),
        Command::Kb => kb::run(&shared, &args.models),
        Command::Coref => coref::run(&shared, &args.models),
        Command::Cues => cues::run(&shared, &args.models),
        Command::Parse { epochs } => parse::run(&shared, &args.models, epochs),
    }
}
