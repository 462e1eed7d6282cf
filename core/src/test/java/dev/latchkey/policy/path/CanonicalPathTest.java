package dev.latchkey.policy.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CanonicalPathTest {

    static Stream<Arguments> canonical() {
        return Stream.of(
                arguments("the root", "/", "/"),
                arguments("plain segments", "/v1/cases/42", "/v1/cases/42"),
                arguments("one trailing slash", "/v1/cases/", "/v1/cases/"),
                arguments("a query is no part of it", "/v1/cases?next=/../%2f//#;é", "/v1/cases"),
                arguments("a query directly after the root", "/?a", "/"),
                arguments("only the first question mark counts", "/a?b?c", "/a"),
                arguments("case is kept", "/V1/Cases", "/V1/Cases"),
                arguments("unreserved characters", "/aZ09-._~", "/aZ09-._~"),
                arguments("delimiters that stand for themselves", "/!$&'()*+,:=@", "/!$&'()*+,:=@"),
                arguments("what a strict client would escape", "/{a|b}^\"<>`[]", "/{a|b}^\"<>`[]"),
                arguments("dots that are no dot segment", "/.../a./.b/..c", "/.../a./.b/..c"),
                arguments("an escaped delimiter", "/v1/cases%3Amerge", "/v1/cases:merge"),
                arguments("hexadecimal digits in lower case", "/v1/cases%3amerge", "/v1/cases:merge"),
                arguments("an escaped space", "/a%20b", "/a b"),
                arguments("escaped braces", "/%7Ba%7d", "/{a}"),
                arguments("UTF-8 of two bytes", "/caf%C3%a9", "/café"),
                arguments("UTF-8 of three bytes", "/%E2%82%AC", "/€"),
                arguments("UTF-8 of four bytes", "/%F0%9F%98%80", "/😀"),
                arguments("the last code point", "/%F4%8F%BF%BF", "/\uDBFF\uDFFF"),
                arguments("the code points beside the surrogates", "/%ED%9F%BF%EE%80%80", "/\uD7FF\uE000"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("canonical")
    void parse_canonicalPath_isDecoded(String row, String target, String decoded) {
        assertThat(CanonicalPath.parse(target)).hasToString(decoded);
    }

    static Stream<Arguments> notCanonical() {
        return Stream.of(
                arguments("nothing", ""),
                arguments("only a query", "?a=b"),
                arguments("no slash at the start", "v1/cases"),
                arguments("the asterisk of OPTIONS", "*"),
                arguments("absolute form", "http://api.example.com/v1"),
                arguments("two slashes at the start", "//v1"),
                arguments("two slashes alone", "//"),
                arguments("an empty segment in the middle", "/v1//cases"),
                arguments("two slashes at the end", "/v1//"),
                arguments("two slashes before the query", "/v1//?a"),
                arguments("a dot segment", "/v1/./cases"),
                arguments("a dot segment at the end", "/v1/."),
                arguments("a dot segment before the last slash", "/v1/./"),
                arguments("a double-dot segment", "/v1/../cases"),
                arguments("a double-dot segment at the start", "/.."),
                arguments("a double-dot segment before the query", "/v1/..?a"),
                arguments("an escaped dot segment", "/v1/%2e/cases"),
                arguments("an escaped double-dot segment", "/v1/%2e%2E/cases"),
                arguments("a half-escaped double-dot segment", "/v1/.%2e/cases"),
                arguments("the other half", "/v1/%2E./cases"),
                arguments("a double-dot segment with a parameter", "/v1/..;/cases"),
                arguments("an escaped slash", "/v1%2fcases"),
                arguments("an escaped slash in upper case", "/v1%2Fcases"),
                arguments("an escaped backslash", "/v1%5ccases"),
                arguments("an escaped backslash in upper case", "/v1%5Ccases"),
                arguments("an escaped percent sign", "/v1%25cases"),
                arguments("an escape escaped", "/v1%252fcases"),
                arguments("an escaped number sign", "/v1%23cases"),
                arguments("an escaped question mark", "/v1%3fcases"),
                arguments("an escaped question mark in upper case", "/v1%3Fcases"),
                arguments("an escaped semicolon", "/v1%3bcases"),
                arguments("an escaped semicolon in upper case", "/v1%3Bcases"),
                arguments("an escaped delete", "/v1%7f"),
                arguments("an escaped delete in upper case", "/v1%7F"),
                arguments("a percent sign alone", "/v1/100%"),
                arguments("an escape cut off by the end", "/v1/%3"),
                arguments("an escape cut off by a slash", "/v1%3/Acases"),
                arguments("an escape cut off by the query", "/v1%3?A"),
                arguments("an escape that is not hexadecimal", "/v1/%zz"),
                arguments("an escape whose second digit is not hexadecimal", "/v1/%3g"),
                arguments("digits of another script", "/v1/%\uFF13\uFF21"),
                arguments("a sign in an escape", "/v1/%+3"),
                arguments("an escaped letter", "/v1/%63ases"),
                arguments("an escaped capital letter", "/v1/%43ases"),
                arguments("an escaped digit", "/v%31"),
                arguments("an escaped hyphen", "/a%2Db"),
                arguments("an escaped underscore", "/a%5fb"),
                arguments("an escaped tilde", "/a%7Eb"),
                arguments("a continuation byte alone", "/%80"),
                arguments("a first byte alone", "/caf%C3"),
                arguments("a first byte cut off by a slash", "/caf%C3/%A9"),
                arguments("a first byte cut off by a letter", "/caf%C3a%A9"),
                arguments("an overlong slash", "/v1%c0%afcases"),
                arguments("an overlong dot", "/v1/%c0%ae"),
                arguments("an overlong form of three bytes", "/%e0%80%af"),
                arguments("an overlong form of four bytes", "/%f0%80%80%af"),
                arguments("an overlong NUL", "/%c0%80"),
                arguments("a surrogate", "/%ed%a0%80"),
                arguments("a pair of surrogates", "/%ed%a0%bd%ed%b8%80"),
                arguments("beyond the last code point", "/%f4%90%80%80"),
                arguments("a byte that UTF-8 never has", "/%ff"),
                arguments("Latin-1", "/caf%e9"),
                arguments("a backslash", "/v1\\cases"),
                arguments("a number sign", "/v1#cases"),
                arguments("a semicolon", "/v1;v=1/cases"),
                arguments("a space", "/v1/a b"),
                arguments("a space at the end", "/v1 "),
                arguments("a tab", "/v1\t"),
                arguments("a line feed", "/v1\n"),
                arguments("a NUL", "/v1\0"),
                arguments("a delete", "/v1\u007f"),
                arguments("a no-break space", "/v1\u00a0"),
                arguments("a letter that is not ASCII", "/café"),
                arguments("a wide dot", "/\uFF0E\uFF0E/v1"),
                arguments("half a surrogate pair", "/\uD83D"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notCanonical")
    void parse_pathThatIsNotCanonical_isRefused(String row, String target) {
        assertThat(CanonicalPath.parse(target)).isNull();
    }

    @Test
    void parse_escapedControlCharacter_isRefused() {
        assertThat(IntStream.range(0, 0x20))
                .allSatisfy(c -> assertThat(CanonicalPath.parse(String.format("/a%%%02x", c)))
                        .isNull())
                .allSatisfy(c -> assertThat(CanonicalPath.parse(String.format("/a%%%02X", c)))
                        .isNull());
    }

    @Test
    void segments_ofRoot_areNone() {
        CanonicalPath root = CanonicalPath.parse("/");

        assertThat(root.segments()).isEmpty();
        assertThat(root.trailingSlash()).isTrue();
    }

    @Test
    void segments_ofLongPath_areAllThere() {
        CanonicalPath path = CanonicalPath.parse("/a".repeat(4_000) + "?/");

        assertThat(path.segments()).hasSize(4_000).containsOnly("a");
        assertThat(path.trailingSlash()).isFalse();
    }

    @Test
    void parse_pathOfEightKibibytes_isTheLongest() {
        String longest = "/" + "a".repeat(8 * 1024 - 1);

        assertThat(CanonicalPath.parse(longest)).hasToString(longest);
        assertThat(CanonicalPath.parse(longest + "?" + "q".repeat(60_000))).hasToString(longest);
        assertThat(CanonicalPath.parse(longest + "a")).isNull();
        assertThat(CanonicalPath.parse("/a".repeat(4_097))).isNull();
        assertThat(CanonicalPath.parse("/a".repeat(30_000) + "?q")).isNull();
    }
}
