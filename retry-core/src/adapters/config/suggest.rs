//! The nearest legal word to a wrong one.

/// The word of `legal` that `wrong` is most likely a slip of, if any is close enough.
pub(super) fn nearest<'a>(
    wrong: &str,
    legal: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = wrong.chars().count();
    if length > 80 {
        return None;
    }
    // A long name, with those of its tables, has no more slips than a short one.
    let reach = (length.max(3) / 3).min(4);
    legal
        .into_iter()
        .map(|word| (distance(wrong, word), word))
        .filter(|&(distance, _)| distance <= reach)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// `; did you mean `x`?`, or nothing.
pub(super) fn did_you_mean<'a>(wrong: &str, legal: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, legal).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// How many letters have to be put in, left out, exchanged or swapped with their neighbour
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let exchanged = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = exchanged.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}
