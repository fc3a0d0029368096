//! Times each stage on inputs of 1, 10 and 100 units: a stage that is linear keeps its throughput.

mod inputs;

use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use divan::counter::ItemsCount;
use ptd_lint::bench;

/// Units of input.
const SIZES: [usize; 3] = [1, 10, 100];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn parse_yaml(bencher: Bencher<'_, '_>, size: usize) {
    let text = inputs::stream(size);
    bencher.counter(BytesCount::of_str(&*text)).bench(|| bench::yaml(&text));
}

#[divan::bench(args = SIZES)]
fn parse_json(bencher: Bencher<'_, '_>, size: usize) {
    let text = inputs::list(size);
    bencher.counter(BytesCount::of_str(&*text)).bench(|| bench::json(&text));
}

#[divan::bench(args = SIZES)]
fn parse_alloy(bencher: Bencher<'_, '_>, size: usize) {
    let text = inputs::program(size);
    bencher.counter(BytesCount::of_str(&*text)).bench(|| bench::alloy(&text));
}

/// Items are components.
#[divan::bench(args = SIZES)]
fn graph(bencher: Bencher<'_, '_>, size: usize) {
    let program = bench::Program::new(&inputs::program(size));
    bencher.counter(ItemsCount::new(size * 10)).bench(|| program.graph().exits());
}

/// Items are components: the largest size has 20,000.
#[divan::bench(args = [1, 10, 100, 2000])]
fn faults(bencher: Bencher<'_, '_>, size: usize) {
    let program = bench::Program::new(&inputs::program(size));
    bencher.counter(ItemsCount::new(size * 10)).bench(|| program.faults());
}

/// From the text of one program to its ways out, up to 20,000 components. Items are components.
#[divan::bench(args = [20, 200, 2_000], sample_count = 10)]
fn analysis(bencher: Bencher<'_, '_>, size: usize) {
    let text = inputs::program(size);
    bencher.counter(ItemsCount::new(size * 10)).bench(|| bench::Program::new(&text).graph().exits());
}

#[divan::bench(args = SIZES)]
fn format(bencher: Bencher<'_, '_>, size: usize) {
    let text = inputs::program(size);
    bencher.counter(BytesCount::of_str(&*text)).bench(|| bench::format(&text));
}

/// The program in the values of a chart.
#[divan::bench(args = SIZES)]
fn format_embedded(bencher: Bencher<'_, '_>, size: usize) {
    let text: Arc<str> = inputs::chart(&inputs::program(size)).into();
    bencher.counter(BytesCount::of_str(&*text)).bench(|| bench::format_file(&text));
}

/// Reading all rules in the binary; a run reads those for whose kind there are subjects.
#[divan::bench]
fn rules_read() -> usize {
    bench::Rules::builtin().read()
}

/// Items are components. The rules' expressions are parsed by the first round, which is not counted.
#[divan::bench(args = SIZES)]
fn rules_evaluate(bencher: Bencher<'_, '_>, size: usize) {
    let subjects = bench::Program::new(&inputs::program(size)).graph().subjects();
    let rules = bench::Rules::builtin();
    bencher.counter(ItemsCount::new(size * 10)).bench(|| subjects.evaluate(&rules));
}

/// From texts to verdicts.
#[divan::bench(args = SIZES)]
fn whole_run(bencher: Bencher<'_, '_>, size: usize) {
    let files = inputs::stack(size);
    let bytes: usize = files.iter().map(|(_, text): &(String, Arc<str>)| text.len()).sum();
    let files = bench::Files::new(files);
    bencher.counter(BytesCount::new(bytes)).bench(|| files.check());
}
