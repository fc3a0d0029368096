//! Tests of `string.format`: the texts are those that Go's `fmt` gives.

use super::Names;
use super::Value;
use super::names;
use super::run_in;
use super::text;
use super::unknown;

/// What the formats look at besides literals.
fn scope() -> Names {
    let mut names = names();
    names.values.insert("shown", Value::OptionalSecret { text: "hunter2".into(), secret: false });
    names.values.insert("bytes", Value::Bytes(b"hi".as_slice().into()));
    names
}

/// What a format gives, with its arguments.
fn formatted(arguments: &str) -> Value {
    run_in(&format!("string.format({arguments})"), &scope(), None).unwrap()
}

/// Arguments and results.
const CASES: &[(&str, &str)] = &[
    (r#""%v %d %#v %+v % v %x", 0, 0, 0, 0, 0, 0"#, "0 0 0 0  0 0"),
    (r#""%d|%+d|% d|%+ d|%d|%+d", 5, 5, 5, 5, -5, -5"#, "5|+5| 5|+5|-5|-5"),
    (r#""%b %o %O %x %X %d", 10, 10, 10, 171, 171, 171"#, "1010 12 0o12 ab AB 171"),
    (r#""%#b %#o %#O %#x %#X %#d", 10, 10, 10, 171, 171, 171"#, "0b1010 012 0o012 0xab 0XAB 171"),
    (r#""%#o %#x %#b %#O", 0, 0, 0, 0"#, "0 0x0 0b0 0o0"),
    (
        r#""%#.5o|%#5o|%#05o|%#.5x|%#010x|%#.1o", 8, 8, 8, 8, 8, 8"#,
        "00010|  010|00010|0x00008|0x0000000008|010",
    ),
    (r#""%.3d|%.0d|%.0d|%3.0d|%.3d|%.d", 0, 0, 5, 0, 5, 0"#, "000||5|   |005|"),
    (
        r#""%5d|%-5d|%05d|%-05d|%+05d|% 05d|%5.3d|%05.3d", 42, 42, 42, 42, 42, 42, 42, 42"#,
        "   42|42   |00042|42   |+0042| 0042|  042|  042",
    ),
    (r#""%x|%#x|% x|%+x|%b|%.4b", -255, -255, -255, -255, -5, 5"#, "-ff|-0xff|-ff|-ff|-101|0101"),
    (
        r#""%v|%#v|%d|%x|%#x|%+d|%T", 18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615"#,
        "18446744073709551615|0xffffffffffffffff|18446744073709551615|ffffffffffffffff|0xffffffffffffffff|+18446744073709551615|uint64",
    ),
    (
        r#""%#v|%T|%d|%*d|%#v", bytes[1], bytes[0], bytes[0], [bytes[0]][0] - 100, 7, bytes"#,
        "105|int|104|   7|[]interface {}{104, 105}",
    ),
    (r#""%c%c%c|%3c|%-3c|%03c|%c|%c", 72, 233, 128512, 65, 65, 65, -1, 1114112"#, "Hé😀|  A|A  |00A|�|�"),
    (
        r#""%q|%q|%q|%q|%+q|%5q|%q|%q", 65, 39, 10, 233, 233, 65, -1, 55296"#,
        r"'A'|'\''|'\n'|'é'|'\u00e9'|  'A'|'�'|'�'",
    ),
    (
        r#""%U|%U|%U|%08U|%-8U|%U", 65, 233, 128512, 65, 65, 1114112"#,
        "U+0041|U+00E9|U+1F600|  U+0041|U+0041  |U+110000",
    ),
    (
        r#""%t|%v|%5t|%d|%s", true, false, true, true, false"#,
        "true|false| true|%!d(bool=true)|%!s(bool=false)",
    ),
    (
        r#""%s|%v|%5s|%-5s|%05s|%.1s|%5.1s|%.0s|%.9s", "ab", "ab", "ab", "ab", "ab", "éa", "éa", "ab", "ab""#,
        "ab|ab|   ab|ab   |000ab|é|    é||ab",
    ),
    (
        r#""%x|%X|% x|% X|%#x|%#X|%# x|%# X|%.1x|%5x|%#.1x", "jk", "jk", "jk", "jk", "jk", "jk", "jk", "jk", "jk", "j", "jk""#,
        "6a6b|6A6B|6a 6b|6A 6B|0x6a6b|0X6A6B|0x6a 0x6b|0X6A 0X6B|6a|   6a|0x6a",
    ),
    (
        r#""%q|%#q|%+q|%#q|%8q|%-8q|%.1q|%.2q", "a", "a", "é", "a`b", "a", "a", "ab", "\xffab""#,
        r#""a"|`a`|"\u00e9"|"a`b"|     "a"|"a"     |"a"|"\xffa""#,
    ),
    (
        r#""%#q|%#q|%#q|%#q|%#q|%#q", "a\tb", "a\nb", "a\x7fb", "a\ufeffb", "a\xffb", "a b""#,
        "`a\tb`|\"a\\nb\"|\"a\\x7fb\"|\"a\\ufeffb\"|\"a\\xffb\"|`a b`",
    ),
    (r#""%q", "\a\b\f\n\r\t\v\\\"'\x00\x1f\x7f""#, r#""\a\b\f\n\r\t\v\\\"'\x00\x1f\x7f""#),
    (r#""%+q|%q|%+q", "\U00010000", "\U0010ffff", "\uffff""#, r#""\U00010000"|"\U0010ffff"|"\uffff""#),
    (
        r#""%#v|%#v|%#v|%#v|%#v", "a", 1.5, true, [1, "b", null], {a = 1, b = [null], c = null}"#,
        r#""a"|1.5|true|[]interface {}{1, "b", interface {}(nil)}|map[string]interface {}{"a":1, "b":[]interface {}{interface {}(nil)}, "c":interface {}(nil)}"#,
    ),
    (
        r#""%v|%s|%d|%+v|%q", [null, 1, "a"], [null, 1, "a"], [null, 1, "a"], {a = 1, b = "x"}, {a = "x", b = ["y", "z"]}"#,
        r#"[<nil> 1 a]|[<nil> %!s(int=1) a]|[<nil> 1 %!d(string=a)]|map[a:1 b:x]|map["a":"x" "b":["y" "z"]]"#,
    ),
    (r#""%v|%d|%T|%s", null, null, null, null"#, "<nil>|%!d(<nil>)|<nil>|%!s(<nil>)"),
    (r#""%w|%w|%#w|%z", 1, "a", "a", "a""#, r#"%!w(int=1)|%!w(string=a)|%!w(string="a")|%!z(string=a)"#),
    (
        r#""%5v|%-5v|%05d|%5T|%-8T|%.2T", [1, 22], [1], [1, 2], 1, 1, 1"#,
        "[    1    22]|[1    ]|[00001 00002]|  int|int     |in",
    ),
    (
        r#""%f|%.2f|%F|%8.3f|%-8.2f|%08.2f|%+.1f|% .1f|%+ .1f|%.0f", 1.5, 1.005, 1.5, 3.14159, 1.5, -1.5, 1.5, 1.5, 1.5, 2.5"#,
        "1.500000|1.00|1.500000|   3.142|1.50    |-0001.50|+1.5| 1.5|+1.5|2",
    ),
    (
        r#""%e|%E|%.2e|%.0E|%10.1e|%010.1e", 12345.678, 12345.678, 12345.678, 12345.678, 1e-7, -1e100"#,
        "1.234568e+04|1.234568E+04|1.23e+04|1E+04|   1.0e-07|-01.0e+100",
    ),
    (
        r#""%g|%G|%.3g|%.3g|%.3g|%.10g|%.1g|%.0g|%.4g|%.4G", 1e-7, 1e-7, 1234.5678, 100.0, 999.9, 1234.5678, 0.0, 1.5, 0.00001, 0.00001234"#,
        "1e-07|1E-07|1.23e+03|100|1e+03|1234.5678|0|2|1e-05|1.234E-05",
    ),
    (
        r#""%.6g|%.5g|%.6g|%.6g|%.3g|%.2g|%.3g|%.3g", 100000.0, 100000.0, 1000000.0, 123456.0, 1200.0, 12.0, 0.0001, 123.0"#,
        "100000|1e+05|1e+06|123456|1.2e+03|12|0.0001|123",
    ),
    (
        r#""%v|%v|%v|%v|%v|%v|%v", 100000.0, 1000000.0, 999999.5, 1e20, 1e21, 0.0001, 0.00001"#,
        "100000|1e+06|999999.5|1e+20|1e+21|0.0001|1e-05",
    ),
    (
        r#""%.3v|%5.1v|%-8v|%08v|%+v|% v|%+.1e", 1.23456, 1.25, 1.5, -1.5, 1.5, 1.5, 1.5"#,
        "1.23|    1|1.5     |-00001.5|1.5| 1.5|+1.5e+00",
    ),
    (
        r#""%b|%b|%b|%b", 2.0, 0.1, -5e-324, 1.7976931348623157e308"#,
        "4503599627370496p-51|7205759403792794p-56|-1p-1074|9007199254740991p+971",
    ),
    (
        r#""%v|%f|%G|%E|%+v|%+f|% f|%+ f|%06f|%-6f|%6e|%s", 1e308 * 10, 1e308 * 10, 1e308 * 10, -1e308 * 10, 1e308 * 10, 1e308 * 10, 1e308 * 10, 1e308 * 10, 1e308 * 10, 1e308 * 10, -1e308 * 10, 1e308 * 10"#,
        "+Inf|+Inf|+Inf|-Inf|+Inf|+Inf| Inf|+Inf|  +Inf|+Inf  |  -Inf|%!s(float64=+Inf)",
    ),
    (
        r#""%v|%f|%G|%+f|% f|%+ f|%06f|%-6f|%b", 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10, 1e308 * 10 - 1e308 * 10"#,
        "NaN|NaN|NaN|+NaN| NaN|+NaN|   NaN|NaN   |NaN",
    ),
    (
        r#""%d|%s|%t|%c|%f|%x", 1.5, 1.5, 1.5, 1.5, 1, true"#,
        "%!d(float64=1.5)|%!s(float64=1.5)|%!t(float64=1.5)|%!c(float64=1.5)|%!f(int=1)|%!x(bool=true)",
    ),
    (
        r#""%v|%s|%+v|%#v|%d|%T", hidden, hidden, hidden, hidden, hidden, hidden"#,
        r#"{true hunter2}|{%!s(bool=true) hunter2}|{IsSecret:true Value:hunter2}|alloytypes.OptionalSecret{IsSecret:true, Value:"hunter2"}|{%!d(bool=true) %!d(string=hunter2)}|alloytypes.OptionalSecret"#,
    ),
    (
        r#""%v|%s|%q|%x|%d|%#v|%T", secret, secret, secret, secret, secret, "x", secret"#,
        r#"hunter2|hunter2|"hunter2"|68756e74657232|%!d(alloytypes.Secret=hunter2)|"x"|alloytypes.Secret"#,
    ),
    (r#""%[2]d %[1]d|%d", 1, 2"#, "2 1|2"),
    (
        r#""%[1]d|%[1]5d|%5[1]d|%[1]*d|%[2]*[1]d|%.[2]*[1]f|%[1].2d", 3, 2"#,
        "3|%!d(BADINDEX)|    3|  2| 3|%!f(int=03)|%!d(BADINDEX)",
    ),
    (
        r#""%[0]d|%[3]d|%[x]d|%[d|%[]d|%[-1]d|%[+1]d|%[1]", 1, 2"#,
        "%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)|%!(NOVERB)",
    ),
    (
        r#""%[9][1]d|%[x][1]d|%[2000000][1]d|%[1000001][1]d|%[10000010][1]d", 1"#,
        "%![(BADINDEX)1]d|%!d(BADINDEX)|%![(BADINDEX)1]d|%![(BADINDEX)1]d|%!d(BADINDEX)",
    ),
    (
        r#""%*d|%*d|%-*d|%0*d|%0*d|%*d|%*d|%*d", 3, 1, -3, 1, 3, 1, 3, 1, -3, 1, "x", 1, 1.0, 1, 0, 7"#,
        "  1|1  |1  |001|1  |%!(BADWIDTH)1|%!(BADWIDTH)1|7",
    ),
    (
        r#""%.*f|%.*f|%.*f|%.*f|%.*d", 1, 1.25, -1, 1.5, 0, 1.5, "x", 1.5, 3, 5"#,
        "1.2|%!(BADPREC)1.500000|2|%!(BADPREC)1.500000|005",
    ),
    (r#""%*d|", 1000001, 1"#, "%!(BADWIDTH)1|"),
    (r#""%*d|", -1000001, 1"#, "%!(BADWIDTH)1|"),
    (r#""%.*d|", 1000001, 1"#, "%!(BADPREC)1|"),
    (r#""%5.", 1"#, "%!.(int=    1)"),
    (r#""%.", 1"#, "%!.(int=1)"),
    (r#""%5.d|%5.-d", 1, 1"#, "    1|%!-(int=    1)d"),
    (r#""%5[1].2d|%.[1]2d|%.2[1]d", 1"#, "%!.(int=    1)2d|01|01"),
    (r#""%", 1"#, "%!(NOVERB)%!(EXTRA int=1)"),
    (r#""%5", 1"#, "%!(NOVERB)%!(EXTRA int=1)"),
    (r#""%%|%5%|%-%", 1"#, "%|%|%%!(EXTRA int=1)"),
    (r#""%é|%!|%\xff|", 1, 2, 3"#, "%!é(int=1)|%!!(int=2)|%!�(int=3)|"),
    (r#""%d %d", 1"#, "1 %!d(MISSING)"),
    (
        r#""%d", 1, "a", null, [2], true, 1.5"#,
        "1%!(EXTRA string=a, <nil>, []interface {}=[2], bool=true, float64=1.5)",
    ),
    (r#""%[+11][1]d", 1"#, "%!d(BADINDEX)"),
    (r#""%[1]d", 1, 2"#, "1"),
    (r#""a", null"#, "a%!(EXTRA <nil>)"),
    (r#""%10000010d|", 1"#, "%!(NOVERB)%!(EXTRA int=1)"),
    (
        r#""%d|%#010x|%+.3d|%+q|%x", [1, 2], [1, 2], [1, 2], ["é"], ["jk", 10]"#,
        r#"[1 2]|[0x0000000001 0x0000000002]|[+001 +002]|["\u00e9"]|[6a6b a]"#,
    ),
    (
        r#""%6.2f|%v|%5d", [1.5, 2], {a = 1.5}, {a = 1, b = 22}"#,
        "[  1.50 %!f(int=    02)]|map[a:1.5]|map[%!d(string=    a):    1 %!d(string=    b):   22]",
    ),
    (r#""%x|%X|%#v|%d", {a = "jk"}, ["jk"], {}, []"#, "map[61:6a6b]|[6A6B]|map[string]interface {}{}|[]"),
    (r#""%-5d|%-+5d|%- 5d|%+-5d|%-5x", 7, 7, 7, 7, 10"#, "7    |+7   | 7   |+7   |a    "),
];

#[test]
fn prints_as_go_does() {
    for (arguments, result) in CASES {
        assert_eq!(formatted(arguments), text(result), "{arguments}");
    }
}

#[test]
fn leaves_unknown_what_hangs_on_addresses_or_is_rare() {
    for arguments in [
        "\"%p\", [1]",
        "\"%p\", {a = 1}",
        "\"%p\", bytes",
        "\"%v\", string.format",
        "\"%v\", receiver",
        "\"%#U\", 65",
        "\"%U\", -1",
        "\"%.6U\", 65",
        "\"%x\", 1.5",
        "\"%X\", 1.5",
        "\"%#.3e\", 1.5",
        "\"%.1101f\", 1.5",
    ] {
        let reason = unknown("string.format is not followed for this format");
        assert_eq!(formatted(arguments), reason, "{arguments}");
    }
    assert_eq!(formatted("\"%.1100f\", 1.5"), text(&format!("1.5{}", "0".repeat(1099))));
}

#[test]
fn follows_widths_as_far_as_text_may_reach() {
    let limit = crate::model::eval::LONGEST_TEXT;
    let reason = unknown("string.format is not followed for this format");
    assert_eq!(formatted("\"%*d\", 1000000, 1"), text(&format!("{}1", " ".repeat(999_999))));
    assert_eq!(formatted("\"%*d|\", -1000000, 1"), text(&format!("1{}|", " ".repeat(999_999))));
    assert_eq!(formatted(&format!("\"%{limit}d%s\", 1, \"\"")), text(&format!("{}1", " ".repeat(limit - 1))));
    assert_eq!(formatted(&format!("\"%{}d\", 1", limit + 1)), reason);
    // A list of wide elements ends soon, too.
    let list = vec!["1"; 2_000].join(", ");
    assert_eq!(formatted(&format!("\"%9999999d\", [{list}]")), reason);
}
