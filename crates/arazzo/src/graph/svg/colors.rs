//! The colours of drawings and pages, as variables. Text on every background that it stands on has a contrast of at
//! least 4.5 to 1 ([WCAG 2.2](https://www.w3.org/TR/WCAG22/#contrast-minimum)).

const LIGHT: &str = "--bg: #ffffff; --fg: #1b1f24; --muted: #59616e; --line: #8a93a1; --node: #f6f8fa; \
    --node-line: #c3cad4; --good: #17712f; --good-bg: #e6f6ea; --bad: #b3202a; --bad-bg: #fdecec; --warn: #7d5100; \
    --warn-bg: #fff4d6; --accent: #0b5cad; color-scheme: light;";
const DARK: &str = "--bg: #0f1318; --fg: #e6eaf0; --muted: #9aa5b4; --line: #6d7888; --node: #181d25; \
    --node-line: #343d4b; --good: #4cc26a; --good-bg: #12301b; --bad: #ff8a86; --bad-bg: #3a1618; --warn: #e3b341; \
    --warn-bg: #33270a; --accent: #6cb2ff; color-scheme: dark;";

/// The variables as the reader's system prefers them, unless the root says `data-theme`; light on paper.
pub(crate) fn colors() -> String {
    format!(
        ":root {{ {LIGHT} }}\n\
         @media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ {DARK} }} }}\n\
         :root[data-theme=dark] {{ {DARK} }}\n\
         @media print {{ :root:root:root {{ {LIGHT} }} }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT};

    /// The channels of `--name: #rrggbb`.
    fn color(colors: &str, name: &str) -> [f64; 3] {
        let (_, rest) = colors.split_once(&format!("--{name}: #")).unwrap();
        let channel = |at: usize| f64::from(u8::from_str_radix(&rest[at..at + 2], 16).unwrap()) / 255.0;
        [channel(0), channel(2), channel(4)]
    }

    fn luminance(color: [f64; 3]) -> f64 {
        let linear = color.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn text_stands_out_from_every_background() {
        let pairs = [
            ("fg", "bg"),
            ("fg", "node"),
            ("fg", "good-bg"),
            ("fg", "bad-bg"),
            ("fg", "warn-bg"),
            ("muted", "bg"),
            ("muted", "node"),
            ("muted", "good-bg"),
            ("muted", "bad-bg"),
            ("good", "bg"),
            ("good", "node"),
            ("good", "good-bg"),
            ("bad", "bg"),
            ("bad", "node"),
            ("bad", "bad-bg"),
            ("warn", "bg"),
            ("warn", "node"),
            ("warn", "warn-bg"),
            ("accent", "bg"),
            ("accent", "node"),
        ];
        for colors in [LIGHT, DARK] {
            for (text, background) in pairs {
                let (a, b) = (luminance(color(colors, text)), luminance(color(colors, background)));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "--{text} on --{background}: {contrast:.2}");
            }
        }
    }
}
