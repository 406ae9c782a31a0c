export default {
  loading: "Chargement d’Amazon Pay…",
  sign_in: "Connectez-vous avec votre compte Amazon pour continuer.",
  signing_in:
    "Veuillez continuer dans la fenêtre d’Amazon. Si aucune n’est ouverte, appuyez de nouveau sur le bouton.",
  signed_in: "Vous êtes connecté avec votre compte Amazon.",
  choose_address: "Veuillez choisir une adresse de livraison.",
  choose_payment: "Veuillez choisir un mode de paiement.",
  give_consent: "Veuillez accepter les paiements récurrents.",
  ready: "Tout est choisi. Vous pouvez passer votre commande.",
  go_on: "Tout est choisi. Vous pouvez passer à l’étape suivante.",
  ready_to_add: "Tout est choisi. Vous pouvez l’ajouter à votre commande.",
  unresolved:
    "Nous ne savons pas encore si votre commande a été enregistrée et le vérifions. Vous pouvez le demander tout de suite avec le bouton : vous ne payez pas deux fois.",
  placing: "Votre commande est en cours d’envoi. Cela peut prendre jusqu’à deux minutes.",
  adding: "Ajout à votre commande en cours. Cela peut prendre jusqu’à deux minutes.",
  confirming: "Vous allez être redirigé vers la page suivante.",
  placed: "Merci. Votre commande a bien été enregistrée.",
  added: "Merci. L’article a été ajouté à votre commande.",
  declined_payment:
    "Votre mode de paiement a été refusé. Veuillez en choisir un autre et réessayer.",
  declined_try_again: "Le paiement n’a pas abouti. Veuillez réessayer.",
  declined_over:
    "Le paiement a été refusé. Veuillez recommencer votre choix ou payer d’une autre manière.",
  expiring:
    "Votre session Amazon se termine dans quelques minutes. Veuillez passer votre commande sans tarder.",
  expired: "Votre session Amazon est terminée. Veuillez vous reconnecter.",
  unavailable: "Amazon Pay n’est pas disponible pour le moment.",
  order_number: "Votre numéro de commande est {}.",
  form_invalid: "Veuillez corriger les champs indiqués.",
  order_vetoed: "La commande n’a pas été envoyée : veuillez vérifier vos informations.",
  first_order_missing:
    "Nous ne trouvons pas votre commande dans cette fenêtre. Elle figure dans votre confirmation ; si vous n’en avez pas, veuillez d’abord commander.",
  upsell_over: "Cette offre est terminée : votre commande est complète sans elle.",
  upsell_taken: "Cet article fait déjà partie de votre commande.",
  nothing_to_review: "Rien n’est encore choisi : veuillez revenir à la page précédente.",
  storage_blocked:
    "Votre navigateur ne garde rien pour la page suivante : autorisez cette boutique à enregistrer des données.",
  not_ready: "La commande ne peut pas être passée maintenant.",
  amazon_unreachable:
    "Amazon Pay n’a pas pu être chargé : un bloqueur de publicité, une règle ou le réseau l’a empêché.",
  amazon_timeout: "Amazon Pay n’a pas démarré à temps : veuillez réessayer.",
  widget_timeout:
    "Une partie d’Amazon Pay n’est pas apparue à temps : veuillez recharger cette page.",
  popup_blocked:
    "Votre navigateur a bloqué la fenêtre d’Amazon : autorisez les fenêtres pop-up ici, puis appuyez de nouveau sur le bouton.",
  sign_in_denied: "La connexion a été refusée : reconnectez-vous pour payer avec Amazon.",
  backend_unreachable:
    "La réponse de la boutique n’est pas arrivée. Réessayez : la commande n’est pas passée deux fois.",
  backend_timeout:
    "La boutique n’a pas répondu à temps. Réessayez : la commande n’est pas passée deux fois.",
  outcome_unknown:
    "Personne ne sait encore si la commande existe. Ne payez pas une deuxième fois : demandez d’abord à la boutique.",
  order_stale:
    "Amazon a clos cette commande au bout d’un certain temps : veuillez recommencer votre choix.",
  token_refused: "Votre session Amazon est terminée : veuillez vous reconnecter.",
  declined: "Le paiement a été refusé.",
  wasm_unavailable: "Amazon Pay n’a pas pu démarrer dans ce navigateur.",
  module_crashed:
    "Amazon Pay s’est arrêté. Rechargez cette page : une commande en cours est retrouvée et n’est pas passée deux fois.",
};
