//! Turns dates such as `2027-01-31` into days that can be compared.

/// A day of the calendar that everyone uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day {
    year: u16,
    month: u8,
    of_month: u8,
}

/// Seconds of a day.
const SECONDS: u64 = 24 * 60 * 60;

/// Days of four hundred years, which are always as many.
const AGE: u64 = 146_097;

impl Day {
    /// Reads a date of ISO 8601, as `2027-01-31`; `None` for any other text, and for days that there are not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_form = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !is_form {
            return None;
        }
        let (year, month, day) =
            (text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?);
        (day >= 1 && day <= days_of(year, month)).then_some(Self { year, month, of_month: day })
    }

    /// The day of a time in seconds since 1970, in UTC; `None` where the year has more than four digits.
    pub(crate) fn of_unix_time(seconds: u64) -> Option<Self> {
        let mut days = seconds / SECONDS;
        let mut year = u16::try_from(1970 + days / AGE * 400).ok()?;
        days %= AGE;
        loop {
            let length = if is_leap(year) { 366 } else { 365 };
            if days < length {
                break;
            }
            days -= length;
            year += 1;
        }
        let mut month = 1;
        while days >= u64::from(days_of(year, month)) {
            days -= u64::from(days_of(year, month));
            month += 1;
        }
        let day = u8::try_from(days + 1).ok()?;
        (year <= 9999).then_some(Self { year, month, of_month: day })
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// How many days a month has; none for what is no month.
const fn days_of(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn only_days_that_there_are_are_read() {
        for text in ["2027-01-31", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-01-00",
            "2027-04-31",
            "27-01-31",
            "2027-1-31",
            "2027/01/31",
            "31.01.2027",
            "+027-01-31",
            "2027-01-31T",
            "",
            "2027-01-3é",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_in_order() {
        let day = |text| Day::parse(text).unwrap();
        assert!(day("2026-12-31") < day("2027-01-01") && day("2027-01-31") < day("2027-02-01"));
    }

    #[test]
    fn seconds_since_1970_become_days() {
        // By `date -u -d @SECONDS +%F`.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (1_735_689_599, "2024-12-31"),
            (1_801_440_000, "2027-02-01"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
        ] {
            assert_eq!(Day::of_unix_time(seconds), Day::parse(day), "{seconds}");
        }
        assert_eq!(Day::of_unix_time(253_402_300_800), None);
        assert_eq!(Day::of_unix_time(u64::MAX), None);
    }
}
