import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/** Checks files against PDF/A-3b by veraPDF. Of each one line: `accepted` or `refused`, how much was checked, the clauses of ISO 19005-3 that it breaks; fields end with a tab. */
class CheckPdf {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    var foundry = Foundries.defaultInstance();
    for (String file : files) {
      try (var parser = foundry.createParser(new File(file), PDFAFlavour.PDFA_3_B);
          var validator = foundry.createValidator(PDFAFlavour.PDFA_3_B, false)) {
        var result = validator.validate(parser);
        var broken = result.getTestAssertions().stream()
            .filter(each -> each.getStatus() != TestAssertion.Status.PASSED)
            .map(each -> each.getRuleId().getClause() + " test " + each.getRuleId().getTestNumber() + ": " + each.getMessage())
            .distinct()
            .toList();
        System.out.println((result.isCompliant() ? "accepted" : "refused") + "\t" + result.getTotalAssertions() + "\t" + String.join("\t", broken));
      }
    }
  }
}
