use std::time::Duration;

use super::cells::{count, escape, time};
use crate::drivers::statistics::snapshot::StatisticsSnapshot;
use crate::values::statistics::OperationStatistics;

#[test]
fn numbers_are_grouped_and_times_are_short() {
    let texts = [0, 999, 1_000, 1_234_567].map(|number| count(number).text);
    assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    assert_eq!(time(Some(Duration::from_millis(20))).text, "20.0 ms");
    assert_eq!(time(None).text, "–");
}

#[test]
fn a_name_is_text_and_never_markup() {
    assert_eq!(escape("<a href='\"&'>"), "&lt;a href=&#39;&quot;&amp;&#39;&gt;");
    let evil = OperationStatistics {
        name: "<script>alert(1)</script>".to_owned(),
        service: Some("<img src=x>".to_owned()),
        ..OperationStatistics::default()
    };
    let page = StatisticsSnapshot { operations: vec![evil], ..StatisticsSnapshot::default() };
    let page = page.to_html();
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn the_page_asks_nobody_for_anything_but_its_own_numbers() {
    let page = StatisticsSnapshot::default().to_html();
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="));
    assert!(page.contains("<noscript><meta http-equiv=refresh"));
    assert_eq!(page.matches("fetch(").count(), 1);
}
