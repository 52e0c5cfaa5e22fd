//! A number within its bounds.

use serde_json::{Number, Value};

use super::layers::Layers;

/// Below this, a double holds whole numbers exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The least number that the schema allows, or a later one for a later `variant`; without a least one, 1 or the greatest
/// below it.
pub(super) fn number(layers: &Layers<'_>, whole: bool, variant: usize) -> Value {
    let numbers = |name: &str| layers.numbers(name).filter_map(Number::as_f64).collect::<Vec<_>>();
    let greatest = |name: &str| numbers(name).into_iter().reduce(f64::max);
    let lowest = |name: &str| numbers(name).into_iter().reduce(f64::min);
    let step = lowest("multipleOf").filter(|step| *step > 0.0);
    let least =
        bound(greatest("minimum"), greatest("exclusiveMinimum"), f64::max, layers.is_set("exclusiveMinimum"));
    let most =
        bound(lowest("maximum"), lowest("exclusiveMaximum"), f64::min, layers.is_set("exclusiveMaximum"));
    // A bound that is met as it is keeps its digits.
    if let (Some((_, false)), None, 0) = (least, step, variant)
        && let [minimum] = layers.numbers("minimum").collect::<Vec<_>>().as_slice()
        && (!whole || minimum.is_i64() || minimum.is_u64())
    {
        return Value::Number((*minimum).clone());
    }
    let wide = step.unwrap_or(1.0);
    let wide = if whole && wide.fract() != 0.0 { whole_multiple(wide) } else { wide };
    let first = match (least, most) {
        (Some((least, excluded)), _) => {
            let first = (least / wide).ceil() * wide;
            if excluded && first <= least { first + wide } else { first }
        }
        (None, Some((most, excluded))) => {
            let last = (most.min(1.0) / wide).floor() * wide;
            if excluded && last >= most { last - wide } else { last }
        }
        (None, None) => wide,
    };
    #[expect(clippy::cast_precision_loss, reason = "an array has few items")]
    let moved = variant as f64 * wide;
    // Without a least number there is room below.
    let down = first - moved;
    let mut made = if least.is_none() && most.is_some() { down } else { first + moved };
    if let (Some((least, _)), Some((most, excluded)), None, false) = (least, most, step, whole)
        && (made > most || (excluded && made >= most))
    {
        made = f64::midpoint(least, most);
    }
    if made.fract() == 0.0 && made.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within the exact range of a double"
        )]
        return Value::from(made as i64);
    }
    // Multiples of 0.1 are to look like it.
    let decimals = layers.numbers("multipleOf").filter_map(decimals).max();
    let rounded = decimals.and_then(|decimals| format!("{made:.decimals$}").parse().ok());
    Number::from_f64(rounded.unwrap_or(made)).map_or(Value::from(1), Value::Number)
}

/// The stricter of two bounds, and whether it is excluded itself. OpenAPI 3.0 says that with a boolean.
fn bound(
    plain: Option<f64>,
    exclusive: Option<f64>,
    stricter: fn(f64, f64) -> f64,
    is_set: bool,
) -> Option<(f64, bool)> {
    match (plain, exclusive) {
        (Some(plain), Some(exclusive)) => {
            let bound = stricter(plain, exclusive);
            Some((bound, bound == exclusive))
        }
        (None, Some(exclusive)) => Some((exclusive, true)),
        (Some(plain), None) => Some((plain, is_set)),
        (None, None) => None,
    }
}

/// A whole number that is a multiple of one that is not; 1 where none is near.
fn whole_multiple(step: f64) -> f64 {
    let multiples = (1..=1_000).map(|times| f64::from(times) * step);
    multiples
        .map(f64::round)
        .zip((1..=1_000).map(|times| f64::from(times) * step))
        .find(|(whole, exact)| (whole - exact).abs() < 1e-9)
        .map_or(1.0, |(whole, _)| whole)
}

/// How many digits the number has behind the point, up to some.
fn decimals(number: &Number) -> Option<usize> {
    let text = number.to_string();
    let (_, behind) = text.split_once('.')?;
    (behind.len() <= 12 && behind.bytes().all(|byte| byte.is_ascii_digit())).then_some(behind.len())
}
