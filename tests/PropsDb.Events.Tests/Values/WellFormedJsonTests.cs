namespace PropsDb.Events.Tests;

/// <summary>Texts that RFC 8259 allows, in the manner of the public parsing suites. Each is accepted and kept as it is, less its white space.</summary>
public sealed class WellFormedJsonTests
{
    private static readonly Dictionary<string, (string Text, string Kept)> s_texts = new(StringComparer.Ordinal)
    {
        ["array_empty"] = ("[]", "[]"),
        ["array_empty_string"] = ("[\"\"]", "[\"\"]"),
        ["array_of_arrays"] = ("[[]   ]", "[[]]"),
        ["array_ending_with_newline"] = ("[\"a\"]\n", "[\"a\"]"),
        ["array_false"] = ("[false]", "[false]"),
        ["array_of_all_kinds"] = ("[null, 1, \"1\", {}, [], true]", "[null,1,\"1\",{},[],true]"),
        ["array_several_nulls"] = ("[1,null,null,null,2]", "[1,null,null,null,2]"),
        ["array_blanks_around"] = (" [ 1 ] ", "[1]"),
        ["array_leading_space"] = (" [1]", "[1]"),
        ["array_trailing_space"] = ("[2] ", "[2]"),
        ["array_mixed_white_space"] = ("\t[\r\n1 ,\t2\r]\n", "[1,2]"),
        ["number_zero"] = ("0", "0"),
        ["number_minus_zero"] = ("[-0]", "[-0]"),
        ["number_minus_zero_point"] = ("-0.0", "-0.0"),
        ["number_one_digit"] = ("7", "7"),
        ["number_negative"] = ("[-123]", "[-123]"),
        ["number_fraction"] = ("[123.456789]", "[123.456789]"),
        ["number_trailing_zeros"] = ("1.10", "1.10"),
        ["number_zero_exponent"] = ("[0e1]", "[0e1]"),
        ["number_zero_plus_exponent"] = ("[0e+1]", "[0e+1]"),
        ["number_zero_minus_exponent"] = ("[0E-1]", "[0E-1]"),
        ["number_capital_exponent"] = ("[1E22]", "[1E22]"),
        ["number_capital_exponent_minus"] = ("[1E-2]", "[1E-2]"),
        ["number_capital_exponent_plus"] = ("[1E+2]", "[1E+2]"),
        ["number_exponent"] = ("[123e45]", "[123e45]"),
        ["number_fraction_exponent"] = ("[123.456e78]", "[123.456e78]"),
        ["number_exponent_leading_zeros"] = ("1e007", "1e007"),
        ["number_close_to_zero"] = ("[-0.00000000000000000000000000000000000000000000000000000000000000000000000000000001]", "[-0.00000000000000000000000000000000000000000000000000000000000000000000000000000001]"),
        ["number_40_digits"] = ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"),
        ["number_beyond_2_53"] = ("9007199254740993", "9007199254740993"),
        ["number_underflow"] = ("[123.456e-789]", "[123.456e-789]"),
        ["number_after_space"] = ("[ 4]", "[4]"),
        ["object_empty"] = ("{}", "{}"),
        ["object_empty_key"] = ("{\"\":0}", "{\"\":0}"),
        ["object_one"] = ("{\"asd\":\"sdf\"}", "{\"asd\":\"sdf\"}"),
        ["object_two"] = ("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", "{\"asd\":\"sdf\",\"dfg\":\"fgh\"}"),
        ["object_unsorted"] = ("{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}"),
        ["object_nul_in_key"] = ("{\"foo\\u0000bar\": 42}", "{\"foo\\u0000bar\":42}"),
        ["object_extreme_numbers"] = ("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }", "{\"min\":-1.0e+28,\"max\":1.0e+28}"),
        ["object_escaped_key"] = ("{\"title\":\"\\u041f\\u043e\"}", "{\"title\":\"\\u041f\\u043e\"}"),
        ["object_newlines"] = ("{\n\"a\": \"b\"\n}", "{\"a\":\"b\"}"),
        ["object_key_of_blanks"] = ("{\" \" : 1}", "{\" \":1}"),
        ["object_numeric_keys"] = ("{\"2\":1,\"1\":2}", "{\"2\":1,\"1\":2}"),
        ["object_proto_key"] = ("{\"__proto__\":{}}", "{\"__proto__\":{}}"),
        ["string_empty"] = ("\"\"", "\"\""),
        ["string_space"] = ("\" \"", "\" \""),
        ["string_blanks_kept"] = ("\" a\u00a0 b \"", "\" a\u00a0 b \""),
        ["string_brackets"] = ("[\"[{]},:\"]", "[\"[{]},:\"]"),
        ["string_escaped_quote"] = ("[\"\\\"\"]", "[\"\\\"\"]"),
        ["string_escaped_quote_and_blank"] = ("[\"\\\" \"]", "[\"\\\" \"]"),
        ["string_backslashes"] = ("[\"\\\\\", \"\\\\\\\\\"]", "[\"\\\\\",\"\\\\\\\\\"]"),
        ["string_backslash_u"] = ("[\"\\\\u0000\"]", "[\"\\\\u0000\"]"),
        ["string_backslash_surrogate"] = ("[\"\\\\ud800\"]", "[\"\\\\ud800\"]"),
        ["string_all_escapes"] = ("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
        ["string_unescaped_slash"] = ("\"a/b\"", "\"a/b\""),
        ["string_escaped_hex_small"] = ("\"\\u00e9\"", "\"\\u00e9\""),
        ["string_escaped_hex_capital"] = ("\"\\u00E9\"", "\"\\u00E9\""),
        ["string_escaped_ascii"] = ("\"\\u0041\"", "\"\\u0041\""),
        ["string_nul_escape"] = ("[\"\\u0000\"]", "[\"\\u0000\"]"),
        ["string_control_escapes"] = ("[\"\\u0001\\u001f\\u007f\"]", "[\"\\u0001\\u001f\\u007f\"]"),
        ["string_surrogate_pair"] = ("[\"\\ud801\\udc37\"]", "[\"\\ud801\\udc37\"]"),
        ["string_two_pairs"] = ("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]", "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
        ["string_pair_in_mixed_case"] = ("[\"\\uD83d\\uDe39\"]", "[\"\\uD83d\\uDe39\"]"),
        ["string_last_pair"] = ("[\"\\udbff\\udfff\"]", "[\"\\udbff\\udfff\"]"),
        ["string_noncharacter_escapes"] = ("[\"\\uFFFE\\uFFFF\\uFDD0\\ud83f\\udffe\"]", "[\"\\uFFFE\\uFFFF\\uFDD0\\ud83f\\udffe\"]"),
        ["string_raw_noncharacters"] = ("[\"\uFFFF\uFDD0\U0010FFFE\"]", "[\"\uFFFF\uFDD0\U0010FFFE\"]"),
        ["string_raw_two_bytes"] = ("[\"\u0080ÿ\"]", "[\"\u0080ÿ\"]"),
        ["string_raw_three_bytes"] = ("[\"€￦\"]", "[\"€￦\"]"),
        ["string_raw_four_bytes"] = ("[\"😀\U0010FFFF\"]", "[\"😀\U0010FFFF\"]"),
        ["string_raw_del"] = ("[\"\u007f\"]", "[\"\u007f\"]"),
        ["string_raw_bom_inside"] = ("[\"\ufeff\"]", "[\"\ufeff\"]"),
        ["string_line_separators"] = ("[\"\u2028\u2029\u0085\"]", "[\"\u2028\u2029\u0085\"]"),
        ["string_replacement_character"] = ("[\"\ufffd\"]", "[\"\ufffd\"]"),
        ["string_combining_not_normalised"] = ("[\"e\u0301\"]", "[\"e\u0301\"]"),
        ["string_comment_like"] = ("[\"a/*b*/c//d\"]", "[\"a/*b*/c//d\"]"),
        ["string_with_escaped_newline"] = ("\"a\\u000ab\\nc\"", "\"a\\u000ab\\nc\""),
        ["literal_true"] = ("true", "true"),
        ["literal_false"] = ("false", "false"),
        ["literal_null"] = ("null", "null"),
        ["literal_in_blanks"] = ("\r\n\t true \t\r\n", "true"),
        ["scalar_number"] = ("42", "42"),
        ["scalar_negative_fraction"] = ("-0.1", "-0.1"),
        ["scalar_string"] = ("\"asd\"", "\"asd\""),
    };

    public static TheoryData<string> All => [.. s_texts.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void What_RFC_8259_allows_is_accepted_and_kept(string name)
    {
        var (text, kept) = s_texts[name];
        JsonCheck.Fault(text).ShouldBeNull();
        Json(text).ToString().ShouldBe(kept);
    }
}
