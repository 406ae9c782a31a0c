export default {
  loading: "Caricamento di Amazon Pay…",
  sign_in: "Acceda con il Suo account Amazon per continuare.",
  signing_in:
    "Continui nella finestra di Amazon. Se non ce n’è nessuna, prema di nuovo il pulsante.",
  signed_in: "Ha effettuato l’accesso con il Suo account Amazon.",
  choose_address: "Scelga un indirizzo di consegna.",
  choose_payment: "Scelga un metodo di pagamento.",
  give_consent: "Accetti i pagamenti ricorrenti.",
  ready: "È tutto scelto. Ora può inviare l’ordine.",
  go_on: "È tutto scelto. Può andare al passo successivo.",
  ready_to_add: "È tutto scelto. Ora può aggiungerlo al Suo ordine.",
  unresolved:
    "Non sappiamo ancora se il Suo ordine è stato registrato e lo stiamo verificando. Può chiederlo subito con il pulsante: non paga due volte.",
  placing: "Il Suo ordine viene inviato. Può richiedere fino a due minuti.",
  adding: "Viene aggiunto al Suo ordine. Può richiedere fino a due minuti.",
  confirming: "Sta per passare alla pagina successiva.",
  placed: "Grazie. Il Suo ordine è stato ricevuto.",
  added: "Grazie. È stato aggiunto al Suo ordine.",
  declined_payment: "Il Suo metodo di pagamento è stato rifiutato. Ne scelga un altro e riprovi.",
  declined_try_again: "Il pagamento non è riuscito. Riprovi.",
  declined_over: "Il pagamento è stato rifiutato. Scelga di nuovo o paghi in un altro modo.",
  expiring: "La Sua sessione Amazon termina tra pochi minuti. Invii presto l’ordine.",
  expired: "La Sua sessione Amazon è terminata. Acceda di nuovo.",
  unavailable: "Amazon Pay non è disponibile in questo momento.",
  order_number: "Il Suo numero d’ordine è {}.",
  form_invalid: "Corregga i campi indicati.",
  order_vetoed: "L’ordine non è stato inviato: controlli i Suoi dati.",
  first_order_missing:
    "Non troviamo il Suo ordine in questa finestra. Si trova nella Sua conferma; se non ne ha una, prima faccia un ordine.",
  upsell_over: "Questa offerta è terminata: il Suo ordine è completo anche senza.",
  upsell_taken: "Fa già parte del Suo ordine.",
  nothing_to_review: "Non è stato ancora scelto nulla: torni alla pagina precedente.",
  storage_blocked:
    "Il Suo browser non conserva nulla per la pagina successiva: consenta a questo negozio di salvare dati.",
  not_ready: "L’ordine non può essere inviato ora.",
  amazon_unreachable:
    "Non è stato possibile caricare Amazon Pay: lo ha impedito un blocco della pubblicità, una regola o la rete.",
  amazon_timeout: "Amazon Pay non si è avviato in tempo: riprovi.",
  widget_timeout: "Una parte di Amazon Pay non è apparsa in tempo: ricarichi questa pagina.",
  popup_blocked:
    "Il Suo browser ha bloccato la finestra di Amazon: consenta qui i pop-up, poi prema di nuovo il pulsante.",
  sign_in_denied: "L’accesso è stato rifiutato: acceda di nuovo per pagare con Amazon.",
  backend_unreachable:
    "La risposta del negozio non è arrivata. Riprovi: l’ordine non viene inviato due volte.",
  backend_timeout:
    "Il negozio non ha risposto in tempo. Riprovi: l’ordine non viene inviato due volte.",
  outcome_unknown:
    "Nessuno sa ancora se l’ordine esiste. Non paghi di nuovo: chieda prima al negozio.",
  order_stale: "Amazon ha chiuso quest’ordine dopo un certo tempo: scelga di nuovo.",
  token_refused: "La Sua sessione Amazon è terminata: acceda di nuovo.",
  declined: "Il pagamento è stato rifiutato.",
  wasm_unavailable: "Amazon Pay non ha potuto avviarsi in questo browser.",
  module_crashed:
    "Amazon Pay si è interrotto. Ricarichi questa pagina: un ordine in corso viene ritrovato e non viene inviato due volte.",
};
