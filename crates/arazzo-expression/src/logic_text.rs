//! Reads `||`, `&&`, comparisons, `!` and parentheses.
//!
//! They bind, from loose to tight, `||`, `&&`, comparison, `!`. A comparison has two operands: `a == b == c` is an
//! error. See [Operators](https://spec.openapis.org/arazzo/v1.0.1.html#operators).

use crate::comparison::Operator;
use crate::cursor::Cursor;
use crate::limits::MAX_DEPTH;
use crate::logic::Logic;
use crate::syntax_error::SyntaxError;

/// What an operand is in a text.
pub(crate) trait Grammar {
    type Operand;

    /// Reads an operand at the cursor, which is at no whitespace.
    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<Self::Operand, SyntaxError>;

    /// Whether `in [a, b]` is an operator.
    fn has_lists(&self) -> bool;
}

/// Reads all that is before the cursor.
pub(crate) fn read<G: Grammar>(
    cursor: &mut Cursor<'_>,
    grammar: &mut G,
) -> Result<Logic<G::Operand>, SyntaxError> {
    let mut reader = Reader { cursor, grammar, depth: 0 };
    reader.cursor.skip_whitespace();
    if reader.cursor.is_at_end() {
        return Err(SyntaxError::new("the condition is empty", 0..reader.cursor.end()));
    }
    let logic = reader.or()?;
    if reader.cursor.is_at_end() { Ok(logic) } else { Err(unexpected(reader.cursor)) }
}

struct Reader<'r, 'a, G> {
    cursor: &'r mut Cursor<'a>,
    grammar: &'r mut G,
    depth: usize,
}

impl<G: Grammar> Reader<'_, '_, G> {
    fn or(&mut self) -> Result<Logic<G::Operand>, SyntaxError> {
        let first = self.and()?;
        let mut rest = Vec::new();
        while self.cursor.eat("||") {
            rest.push(self.and()?);
        }
        Ok(if rest.is_empty() { first } else { Logic::Or(std::iter::once(first).chain(rest).collect()) })
    }

    fn and(&mut self) -> Result<Logic<G::Operand>, SyntaxError> {
        let first = self.comparison()?;
        let mut rest = Vec::new();
        while self.cursor.eat("&&") {
            rest.push(self.comparison()?);
        }
        Ok(if rest.is_empty() { first } else { Logic::And(std::iter::once(first).chain(rest).collect()) })
    }

    fn comparison(&mut self) -> Result<Logic<G::Operand>, SyntaxError> {
        let left = self.unary()?;
        if self.grammar.has_lists() && self.eat_in() {
            let list = self.list()?;
            return Ok(Logic::In { item: Box::new(left), list });
        }
        let Some(operator) = self.operator() else {
            return Ok(left);
        };
        let right = self.unary()?;
        let start = self.cursor.at();
        if let Some(second) = self.operator() {
            let message = format!("a second comparison, `{second}`, cannot follow a comparison");
            return Err(SyntaxError::new(message, start..self.cursor.at())
                .with_hint("join comparisons with `&&`, or put one in parentheses"));
        }
        Ok(Logic::Compare { left: Box::new(left), operator, right: Box::new(right) })
    }

    fn operator(&mut self) -> Option<Operator> {
        let cursor = &mut *self.cursor;
        Operator::ALL.iter().find(|(text, _)| cursor.eat(text)).map(|(_, operator)| *operator)
    }

    fn eat_in(&mut self) -> bool {
        let follows =
            self.cursor.rest().strip_prefix("in").is_some_and(|rest| rest.trim_start().starts_with('['));
        if follows {
            self.cursor.eat("in");
            self.cursor.skip_whitespace();
        }
        follows
    }

    fn list(&mut self) -> Result<Vec<G::Operand>, SyntaxError> {
        let start = self.cursor.at();
        self.cursor.eat("[");
        let mut list = Vec::new();
        loop {
            self.cursor.skip_whitespace();
            if list.is_empty() && self.cursor.eat("]") {
                break;
            }
            list.push(self.grammar.operand(self.cursor)?);
            self.cursor.skip_whitespace();
            if self.cursor.eat("]") {
                break;
            }
            if !self.cursor.eat(",") {
                return Err(SyntaxError::new("the list is not closed", start..self.cursor.at())
                    .with_hint("it ends with `]`, and commas are between its items"));
            }
        }
        self.cursor.skip_whitespace();
        Ok(list)
    }

    /// An operand with what is before it, and the whitespace behind it.
    fn unary(&mut self) -> Result<Logic<G::Operand>, SyntaxError> {
        let mut negations = 0;
        self.cursor.skip_whitespace();
        while self.cursor.peek() == Some('!') && !self.cursor.starts_with("!=") {
            self.cursor.bump();
            self.cursor.skip_whitespace();
            negations += 1;
            if self.depth + negations > MAX_DEPTH {
                return Err(self.too_deep());
            }
        }
        self.depth += negations;
        let mut logic = self.primary()?;
        self.depth -= negations;
        for _ in 0..negations {
            logic = Logic::Not(Box::new(logic));
        }
        self.cursor.skip_whitespace();
        Ok(logic)
    }

    fn primary(&mut self) -> Result<Logic<G::Operand>, SyntaxError> {
        let start = self.cursor.at();
        if !self.cursor.eat("(") {
            return self.operand();
        }
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let logic = self.or()?;
        self.depth -= 1;
        if self.cursor.eat(")") {
            return Ok(logic);
        }
        if self.cursor.is_at_end() {
            return Err(SyntaxError::new("`(` is not closed", start..start + 1));
        }
        Err(unexpected(self.cursor))
    }

    fn operand(&mut self) -> Result<Logic<G::Operand>, SyntaxError> {
        let at = self.cursor.at();
        let operator = Operator::ALL
            .iter()
            .map(|(text, _)| *text)
            .chain(["&&", "||", ")", ","])
            .find(|text| self.cursor.starts_with(text));
        if self.cursor.is_at_end() {
            return Err(SyntaxError::new("a value is missing at the end", at..at));
        }
        if let Some(operator) = operator {
            let message = format!("a value is missing before `{operator}`");
            return Err(SyntaxError::new(message, at..at + operator.len()));
        }
        self.grammar.operand(self.cursor).map(Logic::Operand)
    }

    fn too_deep(&self) -> SyntaxError {
        let at = self.cursor.at();
        SyntaxError::new(format!("the condition nests deeper than {MAX_DEPTH} levels"), at..at)
    }
}

fn unexpected(cursor: &Cursor<'_>) -> SyntaxError {
    let (word, range) = cursor.next_word();
    let error = SyntaxError::new(format!("`{word}` cannot stand here"), range);
    match cursor.peek() {
        Some(')') => error.with_hint("this `)` has no `(`"),
        Some('=') => error.with_hint("`==` compares"),
        Some('&') => error.with_hint("`&&` joins conditions"),
        Some('|') => error.with_hint("`||` joins conditions"),
        Some(_) | None => {
            error.with_hint("join conditions with `&&` or `||`; a text stands in single quotes")
        }
    }
}
