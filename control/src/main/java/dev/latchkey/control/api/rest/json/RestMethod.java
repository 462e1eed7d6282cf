package dev.latchkey.control.api.rest.json;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.linecorp.armeria.common.HttpMethod;
import io.grpc.ServerMethodDefinition;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gRPC method and its {@code google.api.http} rule. Of these rules, the control plane uses one HTTP method and path,
 * variables of one segment, a verb after a colon, and {@code body: "*"} or no body.
 *
 * @param template the path as the rule writes it
 * @param variables the fields that are set from the path
 */
public record RestMethod(
        MethodDescriptor descriptor,
        ServerMethodDefinition<?, ?> definition,
        HttpMethod httpMethod,
        String template,
        List<String> variables,
        boolean takesBody) {
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)}");

    public static RestMethod of(ServerMethodDefinition<?, ?> definition) {
        if (!(definition.getMethodDescriptor().getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier proto)) {
            throw new IllegalArgumentException(
                    definition.getMethodDescriptor().getFullMethodName() + ": no method of a proto");
        }
        MethodDescriptor method = proto.getMethodDescriptor();
        HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
        String template = template(rule, method);
        List<String> variables = new ArrayList<>();
        VARIABLE.matcher(template).results().forEach(variable -> variables.add(variable.group(1)));
        return new RestMethod(
                method,
                definition,
                httpMethod(rule),
                template,
                List.copyOf(variables),
                rule.getBody().equals("*"));
    }

    /** Returns a regular expression for Armeria, with a named group for each variable of {@code template}. */
    public static String pattern(String template) {
        StringBuilder pattern = new StringBuilder("^");
        Matcher variable = VARIABLE.matcher(template);
        int from = 0;
        while (variable.find()) {
            pattern.append(Pattern.quote(template.substring(from, variable.start())))
                    .append("(?<")
                    .append(variable.group(1))
                    .append(">[^/:]+)");
            from = variable.end();
        }
        return pattern.append(Pattern.quote(template.substring(from)))
                .append('$')
                .toString();
    }

    private static HttpMethod httpMethod(HttpRule rule) {
        return switch (rule.getPatternCase()) {
            case GET -> HttpMethod.GET;
            case POST -> HttpMethod.POST;
            case PATCH -> HttpMethod.PATCH;
            case PUT -> HttpMethod.PUT;
            default -> HttpMethod.DELETE;
        };
    }

    private static String template(HttpRule rule, MethodDescriptor method) {
        return switch (rule.getPatternCase()) {
            case GET -> rule.getGet();
            case POST -> rule.getPost();
            case PATCH -> rule.getPatch();
            case PUT -> rule.getPut();
            case DELETE -> rule.getDelete();
            default -> throw new IllegalArgumentException(method.getFullName() + ": no google.api.http rule");
        };
    }
}
