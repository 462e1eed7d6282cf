package dev.latchkey.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisibleTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CRM Integration",
                "Zürich",
                "Zu\u0308rich",
                "日本語",
                "한국어",
                "Việt",
                "עברית",
                "عربي",
                "🔑 key",
                "<b>&\"'",
                "ñandú",
                "",
                " "
            })
    void isVisible_textThatPeopleWrite_isAndIsShownAsItIs(String text) {
        assertThat(VisibleText.isVisible(text)).isTrue();
        assertThat(VisibleText.shown(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000", "\n", "\u001b", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u034f", "\u115f", "\u1160",
                "\u1680", "\u180e", "\u2003", "\u200b", "\u200d", "\u200e", "\u2028", "\u202a", "\u202e", "\u202f",
                "\u2060", "\u2066", "\u2069", "\u2800", "\u3000", "\u3164", "\ud800", "\ue000", "\ufe0f", "\ufeff",
                "\uffa0", "\uffff"
            })
    void isVisible_characterThatDoesNotShow_isNotAndIsEscaped(String hidden) {
        String text = "a" + hidden + "b";

        assertThat(VisibleText.isVisible(text)).isFalse();
        assertThat(VisibleText.shown(text)).isEqualTo(String.format("a\\u%04xb", (int) hidden.charAt(0)));
    }

    @Test
    void isVisible_tagsBeyondTheBasicPlane_areNot() {
        assertThat(VisibleText.isVisible("a" + Character.toString(0xE0041))).isFalse();
        assertThat(VisibleText.isVisible("a" + Character.toString(0xE0100))).isFalse();
    }

    @Test
    void isVisible_stackedMarks_areThreeAtMost() {
        assertThat(VisibleText.isVisible("e\u0301\u0302\u0303")).isTrue();
        assertThat(VisibleText.isVisible("e" + "\u0301".repeat(4))).isFalse();
        assertThat(VisibleText.shown("e" + "\u0301".repeat(4))).isEqualTo("e" + "\u0301".repeat(3) + "\\u0301");
        assertThat(VisibleText.isVisible("\u0301e")).as("a mark on nothing").isFalse();
    }
}
