export default {
  loading: "Amazon Pay wird geladen …",
  sign_in: "Melden Sie sich mit Ihrem Amazon-Konto an, um fortzufahren.",
  signing_in:
    "Bitte fahren Sie im Amazon-Fenster fort. Wenn keines zu sehen ist, drücken Sie noch einmal auf die Schaltfläche.",
  signed_in: "Sie sind mit Ihrem Amazon-Konto angemeldet.",
  choose_address: "Bitte wählen Sie eine Lieferadresse.",
  choose_payment: "Bitte wählen Sie eine Zahlungsart.",
  give_consent: "Bitte stimmen Sie den wiederkehrenden Zahlungen zu.",
  ready: "Alles ist ausgewählt. Sie können Ihre Bestellung jetzt aufgeben.",
  go_on: "Alles ist ausgewählt. Sie können zum nächsten Schritt gehen.",
  ready_to_add: "Alles ist ausgewählt. Sie können es jetzt Ihrer Bestellung hinzufügen.",
  unresolved:
    "Wir wissen noch nicht, ob Ihre Bestellung eingegangen ist, und finden es gerade heraus. Sie können mit der Schaltfläche sofort nachfragen: Sie zahlen nicht doppelt.",
  placing: "Ihre Bestellung wird aufgegeben. Das kann bis zu zwei Minuten dauern.",
  adding: "Es wird Ihrer Bestellung hinzugefügt. Das kann bis zu zwei Minuten dauern.",
  confirming: "Sie werden zur nächsten Seite weitergeleitet.",
  placed: "Vielen Dank. Ihre Bestellung ist eingegangen.",
  added: "Vielen Dank. Es wurde Ihrer Bestellung hinzugefügt.",
  declined_payment:
    "Ihre Zahlungsart wurde abgelehnt. Bitte wählen Sie eine andere und versuchen Sie es noch einmal.",
  declined_try_again: "Die Zahlung ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.",
  declined_over:
    "Die Zahlung wurde abgelehnt. Bitte wählen Sie neu, oder zahlen Sie auf andere Weise.",
  expiring: "Ihre Amazon-Sitzung endet in wenigen Minuten. Bitte bestellen Sie bald.",
  expired: "Ihre Amazon-Sitzung ist beendet. Bitte melden Sie sich noch einmal an.",
  unavailable: "Amazon Pay ist zurzeit nicht verfügbar.",
  order_number: "Ihre Bestellnummer ist {}.",
  form_invalid: "Bitte berichtigen Sie die markierten Felder.",
  order_vetoed: "Die Bestellung wurde nicht abgeschickt: Bitte prüfen Sie Ihre Angaben.",
  first_order_missing:
    "Wir finden Ihre Bestellung in diesem Fenster nicht. Sie steht in Ihrer Bestätigung; haben Sie keine, bestellen Sie bitte zuerst.",
  upsell_over:
    "Dieses Angebot ist beendet: Ihre Bestellung ist auch ohne dieses Angebot vollständig.",
  upsell_taken: "Das gehört bereits zu Ihrer Bestellung.",
  nothing_to_review: "Es ist noch nichts ausgewählt: Bitte gehen Sie eine Seite zurück.",
  storage_blocked:
    "Ihr Browser merkt sich nichts für die nächste Seite: Bitte erlauben Sie diesem Shop, Daten zu speichern.",
  not_ready: "Die Bestellung kann jetzt nicht aufgegeben werden.",
  amazon_unreachable:
    "Amazon Pay konnte nicht geladen werden: Ein Werbeblocker, eine Richtlinie oder das Netz hat es verhindert.",
  amazon_timeout: "Amazon Pay ist nicht rechtzeitig gestartet: Bitte versuchen Sie es noch einmal.",
  widget_timeout:
    "Ein Teil von Amazon Pay ist nicht rechtzeitig erschienen: Bitte laden Sie diese Seite neu.",
  popup_blocked:
    "Ihr Browser hat das Amazon-Fenster blockiert: Erlauben Sie hier Pop-ups, und drücken Sie noch einmal auf die Schaltfläche.",
  sign_in_denied:
    "Die Anmeldung wurde abgelehnt: Melden Sie sich noch einmal an, um mit Amazon zu zahlen.",
  backend_unreachable:
    "Die Antwort des Shops ist nicht angekommen. Versuchen Sie es noch einmal: Es wird nicht doppelt bestellt.",
  backend_timeout:
    "Der Shop hat nicht rechtzeitig geantwortet. Versuchen Sie es noch einmal: Es wird nicht doppelt bestellt.",
  outcome_unknown:
    "Noch weiß niemand, ob die Bestellung eingegangen ist. Zahlen Sie nicht noch einmal: Fragen Sie zuerst den Shop.",
  order_stale: "Amazon hat diesen Vorgang nach einer Weile geschlossen: Bitte wählen Sie neu.",
  token_refused: "Ihre Amazon-Sitzung ist beendet: Bitte melden Sie sich noch einmal an.",
  declined: "Die Zahlung wurde abgelehnt.",
  wasm_unavailable: "Amazon Pay konnte in diesem Browser nicht starten.",
  module_crashed:
    "Amazon Pay wurde unterbrochen. Laden Sie diese Seite neu: Eine laufende Bestellung wird gefunden und nicht doppelt aufgegeben.",
};
