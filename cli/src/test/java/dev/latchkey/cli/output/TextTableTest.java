package dev.latchkey.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void toString_cells_areAlignedByTheirCodePoints() {
        TextTable table = new TextTable()
                .row("ID", "NAME", "SCOPES")
                .row("key_1", "😀", "a")
                .row("k", "", "b c");

        assertThat(table).hasToString("""
                ID     NAME  SCOPES
                key_1  😀     a
                k            b c
                """);
    }

    @Test
    void toString_noRows_isEmpty() {
        assertThat(new TextTable()).hasToString("");
    }

    @Test
    void row_otherNumberOfCells_isRefused() {
        TextTable table = new TextTable().row("a", "b");

        assertThatThrownBy(() -> table.row("a")).hasMessage("1 cells (expected: 2)");
    }
}
