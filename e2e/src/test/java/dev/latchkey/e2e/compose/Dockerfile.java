package dev.latchkey.e2e.compose;

import dev.latchkey.e2e.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The instructions of the {@code Dockerfile}. */
public final class Dockerfile {
    static final Path PATH = World.HOME.resolve("Dockerfile");

    private final List<List<Instruction>> stages = new ArrayList<>();

    /** One instruction, continued lines joined. */
    record Instruction(String name, String arguments) {}

    private Dockerfile(String text) {
        String joined = text.replaceAll("(?m)^#.*\\R", "").replaceAll("\\s*\\\\\\R\\s*", " ");
        for (String line : joined.lines().filter(line -> !line.isBlank()).toList()) {
            String[] words = line.split(" ", 2);
            if (words[0].equals("FROM")) {
                stages.add(new ArrayList<>());
            }
            stages.get(stages.size() - 1).add(new Instruction(words[0], words[1]));
        }
    }

    public static Dockerfile read() throws IOException {
        return new Dockerfile(Files.readString(PATH));
    }

    List<Instruction> build() {
        return stages.get(0);
    }

    List<Instruction> runtime() {
        return stages.get(stages.size() - 1);
    }

    /** Returns the arguments of the runtime stage's only instruction of that name. */
    public String only(String name) {
        List<String> found = runtime().stream()
                .filter(instruction -> instruction.name().equals(name))
                .map(Instruction::arguments)
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(name + ": " + found);
        }
        return found.get(0);
    }
}
